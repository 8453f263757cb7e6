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

/** What all workers of a process know of each other: they share its time. */
interface Turn {
  /** Whether work has been long since sockets and timers had their turn. */
  isLong: boolean;
  /** How often it has been. */
  times: number;
}

const turns = new WeakMap<object, Turn>();

/** Takes keys off a queue and works on several at once, until the queue is closed. */
export class Workers<K = string> {
  readonly #options: WorkersOptions<K>;
  readonly #turn: Turn;
  #yieldedAt = 0;

  constructor(options: WorkersOptions<K>) {
    this.#options = options;
    const { environment } = options;
    this.#turn = turns.get(environment) ?? { isLong: false, times: 0 };
    turns.set(environment, this.#turn);
  }

  /** Works until the queue is closed and what had been taken is done. Rejects with what `handle` throws against its promise. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.count }, () => this.#work()));
  }

  async #work(): Promise<void> {
    const { queue, environment } = this.#options;
    const turn = this.#turn;
    for (let key = await queue.get(); key !== undefined; key = await queue.get()) {
      // After long work of others, sockets and timers come first: one event wakes many workers, one right after the other.
      while (turn.isLong) {
        const { times } = turn;
        await environment.yield();
        if (times === turn.times) turn.isLong = false;
      }
      try {
        await this.#handle(key);
      } finally {
        queue.done(key);
      }
      await this.#breathe();
    }
  }

  #handle(key: K): Promise<void> | void {
    const { environment, handle } = this.#options;
    const began = environment.monotonic();
    try {
      return handle(key);
    } finally {
      if (environment.monotonic() - began >= LONGEST_RUN) {
        this.#turn.isLong = true;
        this.#turn.times += 1;
      }
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
