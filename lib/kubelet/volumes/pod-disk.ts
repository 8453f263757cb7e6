import { chmod, mkdir, open, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { HostPathVolumeSource } from 'kubernetes-types/core/v1.js';
import { writeAtomically } from './atomic-directory.js';
import { hostPath } from './host-path.js';
import type { Payload } from './payload.js';
import { VolumeError } from './volume-error.js';

/** Where a kubelet keeps its pods' files. */
export interface PodDisk {
  /** Directory of a pod; all its files are below. */
  directoryOf(uid: string): string;
  /** Makes a directory with these permission bits, and those above it. */
  makeDirectory(path: string, mode: number): Promise<void>;
  /** Makes a directory hold exactly these files, see {@link writeAtomically}. */
  writeFiles(directory: string, payload: Payload, version: string): Promise<void>;
  hostPath(source: HostPathVolumeSource): Promise<string>;
  /** A path below a volume's directory, made as a directory when absent. Throws {@link VolumeError} on one that leads out. */
  below(directory: string, path: string): Promise<string>;
  /** Makes an empty file that anybody may write to, and the directories above it. */
  makeFile(path: string): Promise<void>;
  /** The first bytes of a file as text; empty when it is absent. */
  readFile(path: string, limit: number): Promise<string>;
  /** Removes all files of a pod. */
  remove(uid: string): Promise<void>;
  /** Pods that have files here. */
  uids(): Promise<readonly string[]>;
}

/** Keeps them in a directory of this machine. */
export class NodeDisk implements PodDisk {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = join(directory, 'pods');
  }

  directoryOf(uid: string): string {
    return join(this.#directory, uid);
  }

  async makeDirectory(path: string, mode: number): Promise<void> {
    await mkdir(path, { recursive: true });
    await chmod(path, mode); // mkdir's own mode is cut by the umask
  }

  writeFiles(directory: string, payload: Payload, version: string): Promise<void> {
    return writeAtomically(directory, payload, version);
  }

  hostPath(source: HostPathVolumeSource): Promise<string> {
    return hostPath(source);
  }

  async below(directory: string, path: string): Promise<string> {
    if (path.split('/').includes('..') || path.startsWith('/')) throw new VolumeError(`subPath must stay in its volume: ${path}`);
    const wanted = join(directory, path);
    if (!(await exists(wanted))) await mkdir(wanted, { recursive: true, mode: 0o750 });
    const [real, root] = await Promise.all([realpath(wanted), realpath(directory)]);
    if (real !== root && !real.startsWith(root + sep)) throw new VolumeError(`subPath must stay in its volume: ${path}`);
    return real;
  }

  async makeFile(path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '');
    await chmod(path, 0o666);
  }

  async readFile(path: string, limit: number): Promise<string> {
    const file = await open(path).catch(unlessAbsent);
    if (!file) return '';
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(limit), 0, limit, 0);
      return buffer.subarray(0, bytesRead).toString();
    } finally {
      await file.close();
    }
  }

  async remove(uid: string): Promise<void> {
    await rm(this.directoryOf(uid), { recursive: true, force: true, maxRetries: 3 });
  }

  async uids(): Promise<readonly string[]> {
    return (await exists(this.#directory)) ? readdir(this.#directory) : [];
  }
}

/** Keeps nothing: for simulated runtimes, whose containers read no files. What volumes name is still asked for. */
export const noDisk: PodDisk = {
  directoryOf: (uid) => `/pods/${uid}`,
  makeDirectory: () => Promise.resolve(),
  writeFiles: () => Promise.resolve(),
  hostPath: ({ path }) => Promise.resolve(path),
  below: (directory, path) => Promise.resolve(join(directory, path)),
  makeFile: () => Promise.resolve(),
  readFile: () => Promise.resolve(''),
  remove: () => Promise.resolve(),
  uids: () => Promise.resolve([]),
};

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(unlessAbsent)) !== undefined;
}

function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
