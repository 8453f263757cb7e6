import type { Environment } from './environment.js';

/** How delays grow from one failure to the next. */
export interface BackoffOptions {
  /** Milliseconds after the first failure. */
  readonly first: number;
  /** Milliseconds that no delay exceeds. */
  readonly max: number;
  /** How many times longer each delay is than the one before. Default 2. */
  readonly factor?: number | undefined;
  /** Part of a delay, 0 to 1, that is left to chance, so that many clients do not come back in step: 0.5 gives a half to the whole of it. Default 0: exact. */
  readonly jitter?: number | undefined;
}

/** The delay in milliseconds after the failure number `failures` (1 for the first). */
export function backoffDelay({ first, max, factor = 2, jitter = 0 }: BackoffOptions, failures: number, random: () => number): number {
  const delay = Math.min(max, first * factor ** Math.max(0, failures - 1));
  return jitter === 0 ? delay : delay * (1 - jitter * random());
}

/** What a {@link Backoff} takes besides the shape of its delays. */
export interface BackoffStateOptions extends BackoffOptions {
  readonly environment: Pick<Environment, 'monotonic' | 'random'>;
  /**
   * Milliseconds without a failure, counted from the end of the last delay, after which the next failure is the first one
   * again. Default twice `max`. A success alone resets nothing: a list that works before a watch that always fails would
   * otherwise be repeated at full speed.
   */
  readonly resetAfter?: number | undefined;
}

/** The back-off of one thing that is tried again and again. */
export class Backoff {
  readonly #options: BackoffStateOptions;
  readonly #resetAfter: number;
  #failures = 0;
  #retryAt = 0;

  constructor(options: BackoffStateOptions) {
    this.#options = options;
    this.#resetAfter = options.resetAfter ?? 2 * options.max;
  }

  /** Failures in a row so far. */
  get failures(): number {
    return this.#failures;
  }

  /** Counts a failure that happens now; answers with the milliseconds to wait before trying again. */
  next(): number {
    const { environment } = this.#options;
    const now = environment.monotonic();
    if (now - this.#retryAt >= this.#resetAfter) this.#failures = 0;
    const delay = backoffDelay(this.#options, ++this.#failures, () => environment.random());
    this.#retryAt = now + delay;
    return delay;
  }

  /** The next failure is the first one again. */
  reset(): void {
    this.#failures = 0;
  }
}
