import type { Environment } from '../../base/environment.js';
import { LineLog } from './line-log.js';

/** Something with bytes to write. It must not throw. */
export interface Flushable {
  /** Holds what is to be written. */
  readonly log: LineLog;
  flush(): void;
}

/** Milliseconds that changes wait for others at most. */
const LONGEST_REST = 1;
/** Milliseconds of writing in one go, after which others get their turn. */
const SLICE = 1.5;

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
  /** By what they hold; each with how many use it. */
  readonly #logs = new Map<string, { readonly log: LineLog; users: number }>();
  /** Those from which something was written lately. */
  readonly #used = new Set<LineLog>();
  #scheduled = false;
  /** When the present round began, and until when it rests afterwards, by the monotonic clock. */
  #began = 0;
  #rested = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The log of all watchers that are sent the same, which `key` tells. To be given back, once, by calling `release`. */
  log(key: string, chunked: boolean): { readonly log: LineLog; readonly release: () => void } {
    const name = `${chunked} ${key}`;
    let shared = this.#logs.get(name);
    if (!shared) this.#logs.set(name, (shared = { log: new LineLog(chunked), users: 0 }));
    const entry = shared;
    entry.users += 1;
    const release = () => {
      entry.users -= 1;
      if (entry.users === 0) this.#logs.delete(name);
    };
    return { log: entry.log, release };
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
      one.flush();
      this.#used.add(one.log);
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
    for (const log of this.#used) log.forget();
    this.#used.clear();
  }
}
