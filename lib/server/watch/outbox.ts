import type { LineLog, Stretch } from './line-log.js';
import type { Flushable, WatchTurns } from './watch-turns.js';

/** What an outbox writes to; a part of an exchange. */
export interface OutboxTarget {
  /** Writes bytes that the log of the outbox holds. False: wait for {@link drained}. */
  write(bytes: Buffer): boolean;
  drained(): Promise<void>;
}

/** What an {@link Outbox} takes. */
export interface OutboxOptions {
  readonly target: OutboxTarget;
  readonly turns: WatchTurns;
  /** Where the lines stand, perhaps together with those of others. */
  readonly log: LineLog;
  /** Bytes that may wait while the target takes none. */
  readonly limit: number;
  readonly overflowed: () => void;
}

/**
 * The lines that wait for one watcher. They stand in a log that many share, so waiting costs references; their sum is bounded: past
 * `limit` bytes they are dropped and `overflowed` is called, once. The watcher has then seen whole lines only and resumes
 * from the last one.
 */
export class Outbox implements Flushable {
  readonly log: LineLog;
  readonly #target: OutboxTarget;
  readonly #turns: WatchTurns;
  readonly #limit: number;
  readonly #overflowed: () => void;
  #waiting: { readonly slab: Buffer; readonly from: number; to: number }[] = [];
  #bytes = 0;
  #busy = false;
  #closed = false;

  constructor({ target, turns, log, limit, overflowed }: OutboxOptions) {
    this.log = log;
    this.#target = target;
    this.#turns = turns;
    this.#limit = limit;
    this.#overflowed = overflowed;
  }

  push(line: Buffer): void {
    if (this.#closed) return;
    this.#append(this.log.place(line));
    if (!this.#busy) return this.#turns.add(this);
    if (this.#bytes > this.#limit) this.#overflow();
  }

  /** Writes what waits, if the target takes it now. */
  flush(): void {
    if (this.#busy || this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    let taken = true;
    for (const { slab, from, to } of waiting) taken = this.#target.write(slab.subarray(from, to));
    if (taken) return;
    this.#busy = true;
    void this.#target.drained().then(() => {
      this.#busy = false;
      if (this.#waiting.length > 0) this.#turns.add(this);
    });
  }

  /** Takes no more lines; those that the target does not take at once are dropped. */
  close(): void {
    this.flush();
    this.#closed = true;
    this.#waiting = [];
  }

  #append({ slab, from, to }: Stretch): void {
    this.#bytes += to - from;
    const last = this.#waiting.at(-1);
    if (last?.slab === slab && last.to === from) last.to = to;
    else this.#waiting.push({ slab, from, to });
  }

  #overflow(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#overflowed();
  }
}
