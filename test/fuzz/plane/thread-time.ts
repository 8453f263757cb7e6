import { existsSync, openSync, readSync } from 'node:fs';

/**
 * Tells the milliseconds of processor time of the thread that is named like its process: in Node, that of the event loop. Threads that
 * compile or help to collect garbage do not count. Undefined where the system does not tell. Read until the process that asks ends.
 */
export function threadTimeOf(pid: number): (() => number) | undefined {
  const path = `/proc/${pid}/task/${pid}/schedstat`;
  if (!existsSync(path)) return undefined;
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(64);
  // The first number is nanoseconds; a kernel that does not count them says 0.
  const read = () => Number(buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0)).split(' ', 1)[0]) / 1e6;
  return read() > 0 ? read : undefined;
}
