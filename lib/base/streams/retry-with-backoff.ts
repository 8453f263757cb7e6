import type { MonoTypeOperatorFunction } from 'rxjs';
import { retry, timer } from 'rxjs';
import { defer } from 'rxjs';
import type { BackoffOptions } from '../backoff.js';
import { Backoff } from '../backoff.js';
import type { Environment } from '../environment.js';

/** What {@link retryWithBackoff} takes. */
export interface RetryOptions extends BackoffOptions {
  readonly environment: Environment;
  /** Milliseconds without an error, from the end of the last delay, after which the back-off begins anew. Default twice `max`. */
  readonly resetAfter?: number | undefined;
  /** Told of each error and of the delay that follows it. Default: nobody is told. */
  readonly onError?: ((error: unknown, delay: number) => void) | undefined;
  /** Whether to try again at all. Default: always. */
  readonly retryIf?: ((error: unknown) => boolean) | undefined;
}

/**
 * Subscribes again after an error, later each time; values that arrive in between do not shorten the delay, quiet time does.
 *
 * Completion ends it. An error for which `retryIf` says no, and one thrown by a callback, go through. Unsubscribing during
 * a delay cancels it. Each subscriber has a back-off of its own.
 *
 * ```ts
 * runtime.events().pipe(retryWithBackoff({ environment, first: 500, max: 30_000 }))
 * // -a-#            (source)
 * // -a-(500ms)-a-(1s)-a-…
 * ```
 */
export function retryWithBackoff<T>(options: RetryOptions): MonoTypeOperatorFunction<T> {
  const { environment, onError, retryIf = () => true } = options;
  return (source) =>
    defer(() => {
      const backoff = new Backoff(options);
      return source.pipe(
        retry({
          delay: (error: unknown) => {
            if (!retryIf(error)) throw error;
            const delay = backoff.next();
            onError?.(error, delay);
            return timer(delay, environment.scheduler);
          },
        }),
      );
    });
}
