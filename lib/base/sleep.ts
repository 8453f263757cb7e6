import type { Environment } from './environment.js';

/** {@link Environment.sleep}, made of {@link Environment.timer}: for those who write an environment of their own. */
export function sleepWith(timer: Environment['timer'], milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      pending.cancel();
      // The reason is the caller's own: it comes back as it was given.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      reject(signal?.reason);
    };
    const pending = timer(milliseconds, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
