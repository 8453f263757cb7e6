import { chmod, lstat, mkdir, readdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Payload } from './payload.js';

const DATA = '..data';
const NEXT = '..data_tmp';

/**
 * Makes a directory hold exactly these files, all of them changing at one instant: they stand in a directory of their own
 * that the link `..data` points to, and each name in the volume is a link through it. Readers see the old files or the new
 * ones, never a mixture. Writes nothing when nothing has changed.
 *
 * `version` names the new directory and must not have been used before.
 */
export async function writeAtomically(directory: string, payload: Payload, version: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const old = await readlink(join(directory, DATA)).catch(absent);
  if (old !== undefined && (await holds(join(directory, old), payload))) return;
  const current = `..${version}`;
  await writeFiles(join(directory, current), payload);
  await rm(join(directory, NEXT), { force: true });
  await symlink(current, join(directory, NEXT));
  await rename(join(directory, NEXT), join(directory, DATA));
  await link(directory, new Set([...payload.keys()].map(top)));
  if (old !== undefined) await rm(join(directory, old), { recursive: true, force: true });
}

async function writeFiles(directory: string, payload: Payload): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [path, { content, mode }] of payload) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    await chmod(file, mode); // writeFile's own mode is cut by the umask
  }
}

async function link(directory: string, names: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith('..') && !names.has(name)) await rm(join(directory, name), { recursive: true, force: true });
  }
  for (const name of names) {
    const path = join(directory, name);
    if ((await lstat(path).catch(absent)) === undefined) await symlink(join(DATA, name), path);
  }
}

async function holds(directory: string, payload: Payload): Promise<boolean> {
  const present = await filesOf(directory);
  if (present.length !== payload.size) return false;
  for (const path of present) {
    const wanted = payload.get(path);
    if (!wanted) return false;
    const { mode } = await stat(join(directory, path));
    if ((mode & 0o777) !== (wanted.mode & 0o777)) return false;
    if (!(await readFile(join(directory, path))).equals(wanted.content)) return false;
  }
  return true;
}

async function filesOf(directory: string): Promise<string[]> {
  const entries = (await readdir(directory, { recursive: true, withFileTypes: true }).catch(absent)) ?? [];
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

const top = (path: string) => path.split('/', 1)[0]!;

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
