import type { Pause } from './messages.js';
import { threadTimeOf } from './thread-time.js';

/** A pause of which it is not known yet what it was. */
export type Stretch = Omit<Pause, 'collecting' | 'doing'>;

/** Where {@link LoopWatch} has its times from; tests have their own. */
export interface LoopClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds of processor time that the thread of the event loop has used. */
  processor(): number;
}

/** Times of this process. Where those of its threads are not told, all of them count. */
export function systemLoopClock(): LoopClock {
  return { now: () => performance.timeOrigin + performance.now(), processor: threadTimeOf(process.pid) ?? processTime };
}

function processTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Notices when the event loop stood still: `tick` is to be called every few milliseconds, and whenever a request begins, so that
 * what several requests did one after the other is not taken for what one did. A pause counts when the clock and the processor time
 * of the event loop both say so: on a machine that gives the process no time, the clock alone proves nothing.
 */
export class LoopWatch {
  readonly #clock: LoopClock;
  readonly #limit: number;
  #longest = 0;
  #last: { readonly now: number; readonly processor: number };

  constructor(limit: number, clock: LoopClock = systemLoopClock()) {
    this.#limit = limit;
    this.#clock = clock;
    this.#last = this.#reading();
  }

  /** The pause since the last tick, if it is longer than the limit. */
  tick(): Stretch | undefined {
    const before = this.#last;
    const { now, processor } = (this.#last = this.#reading());
    const used = processor - before.processor;
    this.#longest = Math.max(this.#longest, Math.min(now - before.now, used));
    return now - before.now > this.#limit && used > this.#limit ? { from: before.now, to: now, processor: used } : undefined;
  }

  /** Milliseconds of the longest pause so far, by the clock or by the processor time, whichever is less. */
  get longest(): number {
    return this.#longest;
  }

  /** The next {@link longest} is that from now on. */
  reset(): void {
    this.#longest = 0;
    this.forget();
  }

  /** What was until now is not to count. */
  forget(): void {
    this.#last = this.#reading();
  }

  #reading(): { readonly now: number; readonly processor: number } {
    return { now: this.#clock.now(), processor: this.#clock.processor() };
  }
}
