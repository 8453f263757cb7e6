import { link, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../storage-error.js';
import { diskError } from './disk-error.js';

/** Who holds a directory: a process, told apart from a later one with the same pid. */
interface Holder {
  readonly pid: number;
  /** Clock ticks from boot to the start of the process; empty where /proc is missing. */
  readonly started: string;
  /** Which boot the ticks count from; empty where /proc is missing. */
  readonly boot: string;
}

const LOCK = /^lock\.(\d+)$/;

/** Locks of this process, among which the files could not tell. */
const ours = new Set<string>();

/**
 * Keeps a second process out of a data directory.
 *
 * A process puts down a file `lock.<pid>` that says who it is, and only then looks for the files of others: of two that come
 * at once at least one sees the other, and gives way. The file of a process that is gone is removed; as it says when that
 * process started, neither a reused pid nor a reboot keeps it alive. Processes must see each other: one directory cannot
 * be shared between machines or containers.
 */
export class DirectoryLock {
  private constructor(private readonly path: string) {}

  /** Throws `Unavailable` with the holder's pid. */
  static async acquire(directory: string): Promise<DirectoryLock> {
    const me = await holderOf(process.pid);
    const path = join(await realpath(directory), `lock.${me.pid}`);
    if (ours.has(path)) throw held(directory, me.pid);
    const lock = new DirectoryLock(path);
    ours.add(path);
    try {
      await putDown(path, me);
      const other = await findOther(directory, me.pid);
      if (other !== undefined) throw held(directory, other.pid);
      return lock;
    } catch (error) {
      if (!StorageError.is(error)) throw diskError(`cannot lock ${directory}`, error);
      throw error;
    }
  }

  /** Lets others in. */
  async release(): Promise<void> {
    await rm(this.path, { force: true });
    ours.delete(this.path);
  }
}

/** Makes the file with its content in one step. One with our pid may be there: ours, or one of a process that had our pid. */
async function putDown(path: string, me: Holder): Promise<void> {
  const draft = `${path}.tmp`;
  await writeFile(draft, JSON.stringify(me), { mode: 0o600 });
  try {
    await link(draft, path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      const present = await readHolder(path);
      if (present !== undefined && isSame(present, me)) throw held(path, me.pid);
      await rm(path, { force: true });
      await link(draft, path);
    });
  } finally {
    await rm(draft, { force: true });
  }
}

async function findOther(directory: string, own: number): Promise<Holder | undefined> {
  for (const name of await readdir(directory)) {
    const pid = Number(LOCK.exec(name)?.[1]);
    if (Number.isNaN(pid) || pid === own) continue;
    const path = join(directory, name);
    const holder = await readHolder(path);
    if (holder !== undefined && (await isAlive(holder))) return holder;
    await rm(path, { force: true });
  }
  return undefined;
}

/** The content of a lock file; `undefined` when it is gone or no lock of ours. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const { pid, started, boot } = JSON.parse(await readFile(path, 'utf8')) as Holder;
    return { pid, started, boot };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw diskError(`cannot read ${path}`, error);
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false; // anything else: it lives, and is not ours to signal
  }
  return isSame(holder, await holderOf(holder.pid));
}

function isSame(a: Holder, b: Holder): boolean {
  return a.pid === b.pid && a.started === b.started && a.boot === b.boot;
}

async function holderOf(pid: number): Promise<Holder> {
  const [stat, boot] = await Promise.all([readProc(`/proc/${pid}/stat`), readProc('/proc/sys/kernel/random/boot_id')]);
  // The name in the second field may hold spaces and parentheses; the start time is the 20th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const zombie = fields[0] === 'Z' || fields[0] === 'X';
  return { pid, started: zombie ? 'ended' : (fields[19] ?? ''), boot: boot.trim() };
}

/** The text of a file of /proc; empty where there is none, as on macOS. */
async function readProc(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function held(directory: string, pid: number): StorageError {
  const who = pid === process.pid ? 'this very process' : 'another process';
  return new StorageError('Unavailable', `${directory} is in use by ${who}, pid ${pid}`);
}
