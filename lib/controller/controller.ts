import { parseDuration } from '../base/duration.js';
import type { Lifecycle } from '../base/lifecycle.js';
import { OnceLifecycle } from '../base/once-lifecycle.js';
import type { KubeObject } from '../api/object.js';
import type { ControllerDefinition, ControllerServices } from './controller-definition.js';
import { ControllerRun } from './controller-run.js';
import type { Duration } from './reconciler.js';

/** What a {@link Controller} takes. */
export interface ControllerRunOptions<T extends KubeObject> {
  readonly definition: ControllerDefinition<T>;
  readonly services: ControllerServices;
  /** How long `stop()` waits for reconciles that have been told to end. Default 3 s; what runs on then is logged and left alone. */
  readonly drain?: Duration | undefined;
  /** How long `start()` waits for the caches to fill. Default 2 min; it then rejects. */
  readonly syncTimeout?: Duration | undefined;
}

/**
 * Runs one controller: watches fill a queue of keys, workers take them to the reconciler.
 *
 * `start()` resolves when the caches of all its kinds are full and the workers run: no reconcile sees half a cluster.
 * `stop()` takes no more keys, aborts the signal of what runs, and waits for it.
 */
export class Controller<T extends KubeObject> implements Lifecycle {
  readonly name: string;
  readonly #options: ControllerRunOptions<T>;
  readonly #drain: number;
  readonly #syncTimeout: number;
  readonly #lifecycle: OnceLifecycle;
  #run: ControllerRun<T> | undefined;

  constructor(options: ControllerRunOptions<T>) {
    this.name = options.definition.name;
    this.#options = options;
    this.#drain = parseDuration(options.drain ?? '3s');
    this.#syncTimeout = parseDuration(options.syncTimeout ?? '2m');
    this.#lifecycle = new OnceLifecycle({ start: (signal) => this.#begin(signal), stop: () => this.#end() });
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  async #begin(signal: AbortSignal): Promise<void> {
    const run = (this.#run = new ControllerRun(this.#options.definition, this.#options.services));
    if (!(await this.#within(this.#syncTimeout, run.synced(), signal)))
      throw new Error(`controller ${this.name}: the caches of its kinds did not fill within ${this.#syncTimeout} ms`);
    run.work();
    this.#options.services.log.debug('controller started');
  }

  async #end(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    if (!run || (await this.#within(this.#drain, run.stop()))) return;
    this.#options.services.log.warn('reconciles still run though told to end', { keys: run.running.slice(0, 10), drain: this.#drain });
  }

  /** Whether `promise` resolved within so many milliseconds. Throws when the signal aborts first. */
  async #within(milliseconds: number, promise: Promise<void>, signal?: AbortSignal): Promise<boolean> {
    const settled = new AbortController();
    const either = signal ? AbortSignal.any([signal, settled.signal]) : settled.signal;
    const sleep = this.#options.services.environment.sleep(milliseconds, either).then(
      () => false,
      (reason: unknown) => {
        if (settled.signal.aborted) return true;
        throw reason;
      },
    );
    try {
      return await Promise.race([promise.then(() => true), sleep]);
    } finally {
      settled.abort();
    }
  }
}
