import { isOlder } from '../api/meta/compare-versions.js';

interface Waiter {
  readonly resourceVersion: string;
  readonly resolve: () => void;
}

/** Those who wait until a version is reached. */
export class Waiters {
  readonly #waiters = new Set<Waiter>();

  get size(): number {
    return this.#waiters.size;
  }

  /** Rejects with the signal's reason. */
  wait(resourceVersion: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const abort = () => {
        this.#waiters.delete(waiter);
        reject(signal?.reason as Error);
      };
      const waiter: Waiter = {
        resourceVersion,
        resolve: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  reached(resourceVersion: string): void {
    for (const waiter of this.#waiters) {
      if (isOlder(resourceVersion, waiter.resourceVersion)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }
}
