import type { Flushable, Join, WatchTurns } from './watch-turns.js';
import { joiner } from './watch-turns.js';

/** What an outbox writes to; a part of an exchange. */
export interface OutboxTarget {
  write(chunk: Buffer): boolean;
  drained(): Promise<void>;
}

/**
 * The lines that wait for one watcher. They are shared buffers, so waiting costs references; their sum is bounded: past
 * `limit` bytes they are dropped and `overflowed` is called, once. The watcher has then seen whole lines only and resumes
 * from the last one.
 */
export class Outbox implements Flushable {
  readonly #target: OutboxTarget;
  readonly #turns: WatchTurns;
  readonly #limit: number;
  readonly #overflowed: () => void;
  #lines: Buffer[] = [];
  #bytes = 0;
  #busy = false;
  #closed = false;

  constructor(options: { target: OutboxTarget; turns: WatchTurns; limit: number; overflowed: () => void }) {
    this.#target = options.target;
    this.#turns = options.turns;
    this.#limit = options.limit;
    this.#overflowed = options.overflowed;
  }

  push(line: Buffer): void {
    if (this.#closed) return;
    this.#lines.push(line);
    this.#bytes += line.length;
    if (!this.#busy) return this.#turns.add(this);
    if (this.#bytes > this.#limit) this.#overflow();
  }

  /** Writes what waits, if the target takes it now. */
  flush(join: Join = joiner()): void {
    if (this.#busy || this.#lines.length === 0) return;
    const chunk = join(this.#lines, this.#bytes);
    this.#lines = [];
    this.#bytes = 0;
    if (this.#target.write(chunk)) return;
    this.#busy = true;
    void this.#target.drained().then(() => {
      this.#busy = false;
      this.flush();
    });
  }

  /** Takes no more lines; those that the target does not take at once are dropped. */
  close(): void {
    this.flush();
    this.#closed = true;
    this.#lines = [];
  }

  #overflow(): void {
    this.#closed = true;
    this.#lines = [];
    this.#overflowed();
  }
}
