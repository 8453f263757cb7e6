import type { Environment } from './environment.js';

/** How often something may be done. */
export interface TokenBucketOptions {
  /** How often at once. */
  readonly burst: number;
  /** Milliseconds until one more time. */
  readonly refill: number;
}

/** Limits how often something is done: at once while there are tokens, then as they come back. */
export class TokenBucket {
  readonly #clock: Pick<Environment, 'monotonic'>;
  readonly #options: TokenBucketOptions;
  #tokens: number;
  #filledAt: number;

  constructor(clock: Pick<Environment, 'monotonic'>, options: TokenBucketOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#tokens = options.burst;
    this.#filledAt = clock.monotonic();
  }

  /** Whether it may be done now; then one token is gone. */
  take(): boolean {
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(this.#options.burst, this.#tokens + (now - this.#filledAt) / this.#options.refill);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
