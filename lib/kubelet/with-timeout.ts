import type { Environment, Timer } from '../base/environment.js';

/** Ran out of time. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Runs `work` with a signal that aborts after `milliseconds`, or when `outer` does. Rejects then at once, whatever `work`
 * does; what it answers later is dropped.
 */
export async function withTimeout<T>(
  environment: Environment,
  { milliseconds, signal: outer }: { readonly milliseconds: number; readonly signal?: AbortSignal | undefined },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const timer = environment.timer(milliseconds, () => abort.abort(new TimeoutError(`timed out after ${milliseconds}ms`)));
  const onOuter = () => abort.abort(outer!.reason);
  outer?.addEventListener('abort', onOuter, { once: true });
  if (outer?.aborted) onOuter();
  const aborted = new Promise<never>((_resolve, reject) => {
    const fail = () => reject(abort.signal.reason as Error);
    if (abort.signal.aborted) fail();
    else abort.signal.addEventListener('abort', fail, { once: true });
  });
  aborted.catch(() => undefined); // work may win
  try {
    return await Promise.race([work(abort.signal), aborted]);
  } finally {
    timer.cancel();
    outer?.removeEventListener('abort', onOuter);
  }
}

/** Resolves when `work` has settled, well or not, and after so many milliseconds at the latest. */
export async function atMost(environment: Environment, milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: Timer | undefined;
  const timeUp = new Promise<void>((resolve) => (timer = environment.timer(milliseconds, resolve)));
  await Promise.race([work.then(nothing, nothing), timeUp]);
  timer?.cancel();
}

/** What `work` answers; rejects with the signal's reason as soon as it aborts, whatever `work` does. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

const nothing = () => undefined;
