import { setTimeout as pause } from 'node:timers/promises';

/** How often and how long {@link eventually} tries. */
export interface EventuallyOptions {
  /** Milliseconds until the last failure is thrown. Default 5000. */
  readonly timeout?: number;
  /** Milliseconds between two tries. Default 10. */
  readonly interval?: number;
}

/** Calls `check` until it neither throws nor answers `false`, and gives its answer; for conditions of real processes and sockets that no event tells. */
export async function eventually<T>(check: () => T | Promise<T>, { timeout = 5000, interval = 10 }: EventuallyOptions = {}): Promise<T> {
  const deadline = performance.now() + timeout;
  for (;;) {
    try {
      const answer = await check();
      if (answer !== false) return answer;
      if (performance.now() > deadline) throw new Error(`still false after ${timeout} ms: ${check.toString()}`);
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await pause(interval);
  }
}
