import { parseDuration } from '../base/duration.js';
import type { Lifecycle } from '../base/lifecycle.js';
import { OnceLifecycle } from '../base/once-lifecycle.js';
import type { ControllerDefinition, ControllerServices } from './controller-definition.js';
import { ControllerRun } from './controller-run.js';
import type { MeasuredController } from './metrics-text.js';
import type { KeyExplanation } from './explain.js';
import type { ControllerTask } from './controller-task.js';
import type { KindsControllerDefinition } from './kinds-controller.js';
import { KindsTask } from './kinds-task.js';
import { ObjectTask } from './object-task.js';
import type { Duration } from './reconciler.js';

/** A controller of one kind, or of many. */
export type AnyControllerDefinition = ControllerDefinition | KindsControllerDefinition;

/** What a {@link Controller} takes. */
export interface ControllerRunOptions {
  readonly definition: AnyControllerDefinition;
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
export class Controller implements Lifecycle {
  readonly name: string;
  readonly #options: ControllerRunOptions;
  readonly #drain: number;
  readonly #syncTimeout: number;
  readonly #lifecycle: OnceLifecycle;
  #run: ControllerRun | undefined;

  constructor(options: ControllerRunOptions) {
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

  /** Why a key was reconciled since the last start, and whether it is going to be; undefined when the controller does not run. */
  explain(key: string): KeyExplanation | undefined {
    return this.#run?.explain(key);
  }

  /** What is measured since the last start; undefined when the controller does not run. */
  get measured(): MeasuredController | undefined {
    const run = this.#run;
    return run && { name: this.name, metrics: run.metrics, state: run.state };
  }

  async #begin(signal: AbortSignal): Promise<void> {
    const { definition, services } = this.#options;
    const run = (this.#run = new ControllerRun(taskOf(definition, services), services));
    if (!(await this.#within(this.#syncTimeout, run.synced(), signal)))
      throw new Error(`controller ${this.name}: the caches of its kinds did not fill within ${this.#syncTimeout} ms`);
    run.work();
    services.log.debug('controller started');
  }

  async #end(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    if (!run || (await this.#within(this.#drain, run.stop()))) return;
    this.#options.services.log.warn('reconciles still run though told to end', {
      keys: run.state.running.slice(0, 10),
      drain: this.#drain,
    });
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

function taskOf(definition: AnyControllerDefinition, services: ControllerServices): ControllerTask {
  return 'makeForKinds' in definition ? new KindsTask(definition, services) : new ObjectTask(definition, services);
}
