import type { Writable } from 'node:stream';

/** Resolves when a stream takes more, when it takes nothing ever more, or when `signal` aborts. */
export function drained(stream: Writable, signal?: AbortSignal): Promise<void> {
  if (stream.destroyed || signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
    signal?.addEventListener('abort', done);
  });
}
