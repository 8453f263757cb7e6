import { readdirSync } from 'node:fs';
import type { Environment } from '../../base/environment.js';
import { hasCode, readText } from './state-files.js';

/** What names a process for good: its id alone is given out again after it has ended. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to its start, as in `/proc/<pid>/stat`. */
  readonly startTime: number;
}

/** The parts of `/proc/<pid>/stat` that are used here. */
export interface ProcessStat extends ProcessIdentity {
  readonly state: string;
  readonly parent: number;
  readonly session: number;
  /** Of itself and of its children that were waited for. */
  readonly cpuTicks: number;
}

/** Reads one line of `/proc/<pid>/stat`. The command's name may hold spaces and parentheses. */
export function parseStat(line: string): ProcessStat | undefined {
  const end = line.lastIndexOf(')');
  const fields = line.slice(end + 2).split(' ');
  if (end < 0 || fields.length < 20) return undefined;
  const field = (index: number) => Number(fields[index - 3]);
  return {
    pid: parseInt(line, 10),
    state: fields[0]!,
    parent: field(4),
    session: field(6),
    cpuTicks: field(14) + field(15) + field(16) + field(17),
    startTime: field(22),
  };
}

/** The process with this id now; undefined when there is none. */
export function statOf(pid: number): ProcessStat | undefined {
  const line = readText(`/proc/${pid}/stat`);
  return line === undefined ? undefined : parseStat(line);
}

/** Whether this very process runs. A zombie does not: it only waits to be collected. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.startTime === startTime && !isDead(stat);
}

/** Differs after each boot of the machine. */
export function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** Sends a signal to a process, or to a group when `pid` is negative. False when there is none. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
    throw error;
  }
}

/** All processes of the machine by session, read once for those who ask at about the same time. */
export class ProcessTable {
  readonly #environment: Environment;
  #readAt = -Infinity;
  #sessions: ReadonlyMap<number, readonly ProcessStat[]> = new Map();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The living processes of a session, as they were at most `maxAge` milliseconds ago. */
  session(id: number, maxAge = 0): readonly ProcessStat[] {
    if (this.#environment.monotonic() - this.#readAt > maxAge || maxAge === 0) this.#read();
    return this.#sessions.get(id) ?? [];
  }

  #read(): void {
    const sessions = new Map<number, ProcessStat[]>();
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      const stat = Number.isInteger(pid) ? statOf(pid) : undefined;
      if (!stat || isDead(stat)) continue;
      const members = sessions.get(stat.session);
      if (members) members.push(stat);
      else sessions.set(stat.session, [stat]);
    }
    this.#sessions = sessions;
    this.#readAt = this.#environment.monotonic();
  }
}

function isDead({ state }: ProcessStat): boolean {
  return state === 'Z' || state === 'X';
}
