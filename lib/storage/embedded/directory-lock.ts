import { open, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../storage-error.js';
import { diskError } from './disk-error.js';

/** A process, told apart from an earlier or later one with the same pid. */
interface Holder {
  readonly pid: number;
  /** Clock ticks from boot to the start of the process; 0 where /proc is missing. */
  readonly started: string;
  /** The beginning of the boot's id, from which the ticks count; 0 where /proc is missing. */
  readonly boot: string;
}

const LOCK = /^lock\.(\d+)\.(\w+)\.(\w+)$/;

/** Locks of this process, among which the files could not tell. */
const ours = new Set<string>();

/**
 * Keeps a second process out of a data directory.
 *
 * A process puts down an empty file `lock.<pid>.<start time>.<boot>`, which takes no space, and only then looks for the files of
 * others: of two that come at once at least one sees the other, and gives way. The file of a process that is gone is
 * removed; as its name says when that process started, neither a reused pid nor a reboot keeps it alive. Processes must see
 * each other: one directory cannot be shared between machines or containers.
 */
export class DirectoryLock {
  private constructor(private readonly path: string) {}

  /** Throws `Unavailable` with the holder's pid. */
  static async acquire(directory: string): Promise<DirectoryLock> {
    const me = await holderOf(process.pid);
    const path = join(await realpath(directory), nameOf(me));
    if (ours.has(path)) throw held(directory, me.pid);
    ours.add(path);
    try {
      await putDown(directory, path, me);
    } catch (error) {
      ours.delete(path);
      throw error;
    }
    const lock = new DirectoryLock(path);
    try {
      const other = await findOther(directory, me);
      if (other !== undefined) throw held(directory, other.pid);
    } catch (error) {
      await lock.release();
      throw error;
    }
    return lock;
  }

  /** Lets others in. */
  async release(): Promise<void> {
    await rm(this.path, { force: true });
    ours.delete(this.path);
  }
}

async function putDown(directory: string, path: string, me: Holder): Promise<void> {
  try {
    await (await open(path, 'wx', 0o600)).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw diskError(`cannot lock ${directory}`, error);
    // Another thread of this process. Without a start time it may as well be a dead process that had our pid: go on.
    if (me.started !== '0') throw held(directory, me.pid);
  }
}

async function findOther(directory: string, me: Holder): Promise<Holder | undefined> {
  for (const name of await readdir(directory)) {
    const [, pid, started = '', boot = ''] = LOCK.exec(name) ?? [];
    if (pid === undefined || name === nameOf(me)) continue;
    const holder = { pid: Number(pid), started, boot };
    if (await isAlive(holder)) return holder;
    await rm(join(directory, name), { force: true });
  }
  return undefined;
}

async function isAlive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false; // anything else: it lives, and is not ours to signal
  }
  return nameOf(await holderOf(holder.pid)) === nameOf(holder);
}

async function holderOf(pid: number): Promise<Holder> {
  const [stat, boot] = await Promise.all([readProc(`/proc/${pid}/stat`), readProc('/proc/sys/kernel/random/boot_id')]);
  // The name in the second field may hold spaces and parentheses; state and start time are the 1st and 20th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ended = fields[0] === 'Z' || fields[0] === 'X';
  return { pid, started: ended ? 'ended' : (fields[19] ?? '0'), boot: boot.slice(0, 8) || '0' };
}

/** The text of a file of /proc; empty where there is none, as on macOS. */
function readProc(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function nameOf({ pid, started, boot }: Holder): string {
  return `lock.${pid}.${started}.${boot}`;
}

function held(directory: string, pid: number): StorageError {
  const who = pid === process.pid ? 'this very process' : 'another process';
  return new StorageError('Unavailable', `${directory} is in use by ${who}, pid ${pid}`);
}
