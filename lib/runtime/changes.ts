/** Tells readers that something has changed since they looked. Costs nothing while nobody waits. */
export class Changes {
  #version = 0;
  readonly #waiting = new Set<() => void>();

  /** One more after each change. Take it before looking, and wait for a later one. */
  get version(): number {
    return this.#version;
  }

  tell(): void {
    this.#version++;
    for (const done of [...this.#waiting]) done();
  }

  /** Resolves once the version is no longer `version`; also when `signal` aborts. */
  since(version: number, signal?: AbortSignal): Promise<void> {
    if (this.#version !== version || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal?.addEventListener('abort', done);
    });
  }
}
