import type { Environment } from '../../base/environment.js';

/** Something with bytes to write. It must not throw. */
export interface Flushable {
  flush(join: Join): void;
}

/** Makes one Buffer of lines; the same one for the same lines. */
export type Join = (lines: readonly Buffer[], bytes: number) => Buffer;

/** Milliseconds that changes wait for others at most. */
const LONGEST_REST = 5;
/** Milliseconds of writing in one go, after which others get their turn. */
const SLICE = 2;

/**
 * Gathers what many watchers have to write, and writes it in rounds: one write a watcher and round instead of one an event.
 *
 * A round over many watchers takes long. It is cut into slices, between which requests are answered: what they change meanwhile goes
 * out to the watchers whose turn is yet to come together with what they wait for already. So the more there is to do, the more goes out
 * with each write. When a round took long, the next one begins after a rest as long. With few watchers nothing waits.
 */
export class WatchTurns {
  readonly #environment: Environment;
  /** In the order in which their turns come. */
  readonly #waiting = new Set<Flushable>();
  #join = joiner();
  #scheduled = false;
  /** When the present round began, and until when it rests afterwards, by the monotonic clock. */
  #began = 0;
  #rested = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Calls `flush` once, in a later turn of the event loop. */
  add(one: Flushable): void {
    this.#waiting.add(one);
    if (this.#scheduled) return;
    this.#schedule(this.#rested - this.#environment.monotonic(), () => this.#begin());
  }

  #schedule(milliseconds: number, run: () => void): void {
    this.#scheduled = true;
    this.#environment.timer(Math.max(0, milliseconds), run);
  }

  #begin(): void {
    this.#began = this.#environment.monotonic();
    this.#slice(this.#waiting.size);
  }

  /** `left`: turns of this round. Who has had its turn waits for the next one. */
  #slice(left: number): void {
    const end = this.#environment.monotonic() + SLICE;
    for (const one of this.#waiting) {
      if (left === 0) break;
      this.#waiting.delete(one);
      one.flush(this.#join);
      left -= 1;
      if (this.#environment.monotonic() >= end) break;
    }
    if (left > 0 && this.#waiting.size > 0) return this.#schedule(0, () => this.#slice(left));
    this.#rest();
  }

  #rest(): void {
    const now = this.#environment.monotonic();
    this.#rested = now + Math.min(now - this.#began, LONGEST_REST);
    this.#scheduled = false;
    if (this.#waiting.size > 0) return this.#schedule(this.#rested - now, () => this.#begin());
    this.#join = joiner(); // what was joined last is kept no longer
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
