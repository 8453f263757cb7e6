import type { Start } from './plan.js';

/** The starts of one pod's containers that are under way. */
export class ContainerStarts {
  readonly #names = new Set<string>();
  readonly #abort = new AbortController();
  readonly #done: () => void;

  /** `done` is called after each container. */
  constructor(done: () => void) {
    this.#done = done;
  }

  /** Whether the container is being started, or waits for one before it. */
  has(name: string): boolean {
    return this.#names.has(name);
  }

  get busy(): boolean {
    return this.#names.size > 0;
  }

  /** Starts containers one after the other; one that fails does not keep those after it. `run` must not reject. */
  begin(starts: readonly Start[], run: (start: Start, signal: AbortSignal) => Promise<void>): void {
    for (const { container } of starts) this.#names.add(container.spec.name);
    void this.#inTurn(starts, run);
  }

  /** Starts nothing more, for good. */
  stop(): void {
    this.#abort.abort(new Error('the pod is not to run any more'));
  }

  async #inTurn(starts: readonly Start[], run: (start: Start, signal: AbortSignal) => Promise<void>): Promise<void> {
    for (const start of starts) {
      if (!this.#abort.signal.aborted) await run(start, this.#abort.signal);
      this.#names.delete(start.container.spec.name);
      this.#done();
    }
  }
}
