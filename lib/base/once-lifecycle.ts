import type { Lifecycle } from './lifecycle.js';

/** What a component does to begin and to end; called in turn, never at once. */
export interface LifecycleHooks {
  /** Begins work. `signal` aborts when `stop()` is called meanwhile: give up soon. */
  start(signal: AbortSignal): Promise<void> | void;
  /** Ends work, however far `start` came; also called when it failed. */
  stop(): Promise<void> | void;
}

/**
 * The bookkeeping of {@link Lifecycle}: a component hands its two calls to one of these and has only to say what they do.
 *
 * | call | answer |
 * |---|---|
 * | `start()` again | the same promise, also when it rejected |
 * | `start()` fails | `hooks.stop` runs, then the promise rejects with the failure |
 * | `stop()` before `start()` | resolves; nothing runs |
 * | `stop()` during `start()` | aborts the signal, waits for `start` to end, then `hooks.stop` runs |
 * | `stop()` again | the same promise |
 * | `start()` after `stop()` | begins anew, once the stop is through |
 */
export class OnceLifecycle implements Lifecycle {
  readonly #hooks: LifecycleHooks;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> = Promise.resolve();
  #abort = new AbortController();

  constructor(hooks: LifecycleHooks) {
    this.#hooks = hooks;
  }

  /** From the call of `start()` to the call of `stop()`. */
  get running(): boolean {
    return this.#starting !== undefined;
  }

  start(): Promise<void> {
    this.#starting ??= this.#begin();
    return this.#starting;
  }

  stop(): Promise<void> {
    if (this.#starting) {
      this.#stopping = this.#end(this.#starting);
      this.#starting = undefined;
    }
    return this.#stopping;
  }

  async #begin(): Promise<void> {
    const abort = (this.#abort = new AbortController());
    await this.#stopping;
    try {
      abort.signal.throwIfAborted();
      await this.#hooks.start(abort.signal);
    } catch (error) {
      await this.#hooks.stop();
      throw error;
    }
  }

  async #end(starting: Promise<void>): Promise<void> {
    this.#abort.abort(new Error('stopped'));
    const started = await starting.then(
      () => true,
      () => false,
    );
    if (started) await this.#hooks.stop();
  }
}
