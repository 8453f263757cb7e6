import type { Environment } from '../../base/environment.js';

/** Something with bytes to write. It must not throw. */
export interface Flushable {
  flush(join: Join): void;
}

/** Makes one Buffer of lines; the same one for the same lines. */
export type Join = (lines: readonly Buffer[], bytes: number) => Buffer;

/** Milliseconds that changes wait for others at most. */
const LONGEST_REST = 5;

/**
 * Gathers what many watchers have to write: all of one turn of the event loop goes out together, one write a watcher
 * instead of one an event.
 *
 * When a turn took long, because the watchers are many, the next one comes after a rest as long: what is committed
 * meanwhile goes out together as well, and requests get half of the time. With few watchers nothing waits.
 */
export class WatchTurns {
  readonly #environment: Environment;
  #waiting = new Set<Flushable>();
  /** When the rest is over, by the monotonic clock. */
  #rested = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Calls `flush` once, in the next turn. */
  add(one: Flushable): void {
    if (this.#waiting.size === 0) this.#environment.timer(Math.max(0, this.#rested - this.#environment.monotonic()), () => this.#run());
    this.#waiting.add(one);
  }

  #run(): void {
    const due = this.#waiting;
    this.#waiting = new Set();
    const begin = this.#environment.monotonic();
    const join = joiner();
    for (const one of due) one.flush(join);
    const end = this.#environment.monotonic();
    this.#rested = end + Math.min(end - begin, LONGEST_REST);
  }
}

/** Joins lines, once for all watchers that have the same ones. */
export function joiner(): Join {
  let last: readonly Buffer[] = [];
  let joined = Buffer.alloc(0);
  return (lines, bytes) => {
    if (lines.length === 1) return lines[0] as Buffer;
    if (lines.length !== last.length || lines.some((line, i) => line !== last[i])) [last, joined] = [lines, Buffer.concat(lines, bytes)];
    return joined;
  };
}
