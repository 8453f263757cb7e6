import type { BackoffOptions } from '../base/backoff.js';
import { backoffDelay } from '../base/backoff.js';
import type { Environment } from '../base/environment.js';
import { DelayingQueue } from './delaying-queue.js';

/** What a {@link RateLimitedQueue} takes. */
export interface RateLimitedQueueOptions {
  readonly environment: Pick<Environment, 'monotonic' | 'timer' | 'random'>;
  /** How long a key waits after its failures. */
  readonly backoff: BackoffOptions;
}

/**
 * A {@link DelayingQueue} that knows how often each key has failed. Besides what holds there:
 *
 * 1. Each failure of a key in a row delays it longer, up to the longest delay; keys do not delay one another.
 * 2. {@link RateLimitedQueue.forget} makes the next failure of a key the first one again; it cancels nothing.
 * 3. Nothing is kept of keys that did not fail or were forgotten.
 */
export class RateLimitedQueue<K = string> extends DelayingQueue<K> {
  readonly #options: RateLimitedQueueOptions;
  readonly #failures = new Map<K, number>();

  constructor(options: RateLimitedQueueOptions) {
    super(options);
    this.#options = options;
  }

  /** Counts a failure and adds the key after its back-off; answers with that delay in milliseconds. */
  retry(key: K): number {
    const failures = this.failures(key) + 1;
    this.#failures.set(key, failures);
    const delay = backoffDelay(this.#options.backoff, failures, () => this.#options.environment.random());
    this.addAfter(key, delay);
    return delay;
  }

  /** The key is well again, or given up. */
  forget(key: K): void {
    this.#failures.delete(key);
  }

  /** How often a key has failed since it was last forgotten. */
  failures(key: K): number {
    return this.#failures.get(key) ?? 0;
  }

  /** How many keys have failed and were not forgotten. */
  get failing(): number {
    return this.#failures.size;
  }

  override close(): void {
    this.#failures.clear();
    super.close();
  }
}
