import type { Verdict } from './reconciler.js';
import type { Cause } from './wake.js';

/** What came of one reconcile. */
export interface Outcome {
  readonly key: string;
  /**
   * | result | what happened, and what is next |
   * |---|---|
   * | `done` | until something changes |
   * | `after`, `again` | it asked for another one |
   * | `dropped` | it gave up, with a reason |
   * | `conflict` | somebody else wrote first: again at once |
   * | `superseded` | what it worked on changed, and it was told to end: again at once |
   * | `failed` | it threw: again after the key's back-off |
   * | `terminal` | it threw `Terminal`: until something changes |
   * | `stopped` | it threw when it had been told to end, for the controller stops |
   */
  readonly result: 'done' | 'after' | 'again' | 'dropped' | 'conflict' | 'superseded' | 'failed' | 'terminal' | 'stopped';
  /** What it answered, unless it threw. */
  readonly verdict?: Verdict | undefined;
  /** What it threw. */
  readonly error?: unknown;
  /** Why it ran; of many reasons the first eight. */
  readonly causes: readonly Cause[];
  /** How many wakes it was the answer to. */
  readonly wakes: number;
  /** Wall-clock time of its beginning, milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds that the key waited for a worker. */
  readonly waited: number;
  /** Milliseconds that it took. */
  readonly ran: number;
  /** Milliseconds until the key is tried again, when that is known: `after`, and the back-off of `failed`. */
  readonly next?: number | undefined;
  /** How often the key has failed in a row. */
  readonly failures: number;
  /** What it wrote, such as `pods default/web-0@17`. */
  readonly wrote: readonly string[];
  /** Wakes that were only the echo of what it wrote, and were dropped. */
  readonly echoes: number;
}
