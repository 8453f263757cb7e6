import { parseDuration } from '../base/duration.js';
import { StatusError } from '../api/status-error.js';
import { Superseded } from './key-run.js';
import type { Outcome } from './outcome.js';
import type { Verdict } from './reconciler.js';
import { Terminal } from './reconciler.js';

/** What follows from one reconcile; the tables stand at {@link Verdict} and {@link Outcome}. */
export interface Step extends Pick<Outcome, 'result' | 'verdict' | 'error' | 'next'> {
  /** Whether the key comes back, and how. */
  readonly comes?: 'now' | 'later' | 'after a conflict' | 'after a failure';
  /** Whether the key is well: its failures are forgotten. */
  readonly forget: boolean;
}

const DONE: Step = { result: 'done', forget: true };

/** Throws when `after` is no duration. */
export function stepAfterVerdict(verdict: Verdict): Step {
  if (!verdict) return DONE;
  if ('after' in verdict) return { result: 'after', verdict, next: parseDuration(verdict.after), comes: 'later', forget: true };
  if ('drop' in verdict) return { result: 'dropped', verdict, forget: true };
  return { result: 'again', verdict, comes: 'now', forget: true };
}

/** `reason`: why the reconcile had been told to end, if it had. */
export function stepAfterError(error: unknown, reason: Error | undefined, stopped: boolean): Step {
  if (stopped) return { result: 'stopped', error, forget: true };
  if (reason instanceof Superseded) return { result: 'superseded', error, comes: 'now', forget: false };
  if (StatusError.is(error, 'Conflict')) return { result: 'conflict', error, comes: 'after a conflict', forget: false };
  if (error instanceof Terminal) return { result: 'terminal', error, forget: true };
  return { result: 'failed', error, comes: 'after a failure', forget: false };
}
