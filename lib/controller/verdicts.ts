import { parseDuration } from '../base/duration.js';
import type { Logger } from '../base/logger.js';
import { StatusError } from '../api/status-error.js';
import type { RateLimitedQueue } from '../queue/rate-limited-queue.js';
import type { Verdict } from './reconciler.js';
import { Terminal } from './reconciler.js';

/** Does with a key what a reconcile asked for; the table stands at {@link Verdict}. Throws when `after` is no duration. */
export function applyVerdict(queue: RateLimitedQueue, key: string, verdict: Verdict, log: Logger): void {
  const after = verdict && 'after' in verdict ? parseDuration(verdict.after) : undefined;
  queue.forget(key);
  if (after !== undefined) queue.addAfter(key, after);
  else if (verdict && 'again' in verdict) queue.add(key);
  else if (verdict && 'drop' in verdict) log.info('dropped', { key, reason: verdict.drop });
}

/** Does with a key what the failure of a reconcile asks for. */
export function applyFailure(queue: RateLimitedQueue, key: string, error: unknown, log: Logger): void {
  if (StatusError.is(error, 'Conflict')) {
    log.debug('conflict: trying again', { key });
    queue.add(key);
  } else if (error instanceof Terminal) {
    queue.forget(key);
    log.error('given up until something changes', { key, error });
  } else {
    const delay = queue.retry(key);
    log.warn('reconcile failed', { key, failures: queue.failures(key), retryIn: Math.round(delay), error });
  }
}
