import type { ContainerStats } from '../container-runtime.js';
import type { Host } from './host.js';
import { readText } from './state-files.js';

/** Linux shows times to user space in hundredths of a second, whatever the kernel's own tick is. */
const NANOSECONDS_PER_TICK = 10_000_000;
/** Containers are asked one after the other: one look at all processes serves them all. */
const TABLE_AGE = 200;

/** What the processes of a session use together. CPU time of one that nobody waited for is lost with it. */
export function usageOf(session: number, { table, environment }: Host): ContainerStats {
  const members = table.session(session, TABLE_AGE);
  return {
    timestamp: environment.now(),
    cpuNanoseconds: members.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0) * NANOSECONDS_PER_TICK,
    memoryBytes: members.reduce((sum, { pid }) => sum + residentBytes(pid), 0),
  };
}

function residentBytes(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readText(`/proc/${pid}/status`) ?? '') ?? [];
  return Number(kibibytes ?? 0) * 1024;
}
