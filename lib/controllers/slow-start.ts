/** How a batch of equal works went. */
export interface SlowStartResult {
  readonly succeeded: number;
  /** The first failure. */
  readonly error?: unknown;
}

/**
 * Does `work` `count` times, in batches of 1, 2, 4, … at once, and stops after the first batch in which one fails: a reason to
 * fail, such as a quota, is met once or twice rather than hundreds of times.
 */
export async function slowStart(count: number, work: () => Promise<void>): Promise<SlowStartResult> {
  let succeeded = 0;
  for (let batch = 1; succeeded < count; batch *= 2) {
    const results = await Promise.allSettled(Array.from({ length: Math.min(batch, count - succeeded) }, () => work()));
    const failed = results.find((result) => result.status === 'rejected');
    succeeded += results.filter(({ status }) => status === 'fulfilled').length;
    if (failed) return { succeeded, error: failed.reason as unknown };
  }
  return { succeeded };
}
