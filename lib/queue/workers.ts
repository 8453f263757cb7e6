import type { Environment } from '../base/environment.js';
import type { DedupeQueue } from './dedupe-queue.js';

/** What {@link Workers} take. */
export interface WorkersOptions<K> {
  readonly queue: DedupeQueue<K>;
  readonly environment: Pick<Environment, 'monotonic' | 'yield'>;
  /** How many keys are worked on at once. */
  readonly count: number;
  /** Works on a key; never throws. The key is done when it resolves. */
  readonly handle: (key: K) => Promise<void> | void;
}

/** Milliseconds that workers may keep the process busy before sockets and timers get their turn. */
const LONGEST_RUN = 10;

/** Takes keys off a queue and works on several at once, until the queue is closed. */
export class Workers<K = string> {
  readonly #options: WorkersOptions<K>;
  #yieldedAt = 0;

  constructor(options: WorkersOptions<K>) {
    this.#options = options;
  }

  /** Works until the queue is closed and what had been taken is done. Rejects with what `handle` throws against its promise. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.count }, () => this.#work()));
  }

  async #work(): Promise<void> {
    const { queue, handle } = this.#options;
    for (let key = await queue.get(); key !== undefined; key = await queue.get()) {
      try {
        await handle(key);
      } finally {
        queue.done(key);
      }
      await this.#breathe();
    }
  }

  /** Work that never waits for anything real would otherwise run in one endless chain of promises. */
  async #breathe(): Promise<void> {
    const { environment } = this.#options;
    if (environment.monotonic() - this.#yieldedAt < LONGEST_RUN) return;
    await environment.yield();
    this.#yieldedAt = environment.monotonic();
  }
}
