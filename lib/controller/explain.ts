import type { RememberedRun } from './key-history.js';
import { runText } from './key-history.js';
import type { Cause } from './wake.js';
import { causeText } from './wake.js';

/** Why a controller reconciled a key, and whether it is going to. */
export interface KeyExplanation {
  readonly controller: string;
  readonly key: string;
  /** Whether it is being reconciled now. */
  readonly running: boolean;
  /** Why the key waits, if it does; `due`: milliseconds until it may run, 0 when it waits for a worker. */
  readonly waiting?: { readonly causes: readonly Cause[]; readonly wakes: number; readonly due: number };
  /** The last 100 reconciles that are remembered, oldest first. Remembered are those of the 1,000 keys that ran last. */
  readonly runs: readonly RememberedRun[];
}

/**
 * An explanation for people, a line a reconcile:
 *
 * ```text
 * shops default/flowers
 *   2025-01-01T00:00:00.000Z added shops default/flowers (version 7) → ran 12 ms → wrote deployments default/flowers@9 → 1 own echo dropped → done
 * ```
 */
export function explanationText({ controller, key, running, waiting, runs }: KeyExplanation): string {
  const lines = [`${controller} ${key}`, ...runs.map((run) => `  ${runText(run)}`)];
  if (running) lines.push('  is being reconciled');
  if (waiting)
    lines.push(
      `  waits for ${waiting.due > 0 ? `${Math.round(waiting.due)} ms` : 'a worker'}: ${waiting.causes.map(causeText).join(', ')}`,
    );
  if (lines.length === 1) lines.push('  has not been reconciled, and does not wait: nothing has led to it');
  return lines.join('\n');
}
