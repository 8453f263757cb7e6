import type { Environment } from '../base/environment.js';
import type { Lifecycle } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import { silentLogger } from '../base/logger.js';
import { OnceLifecycle } from '../base/once-lifecycle.js';
import type { Registries } from '../registry/registry.js';
import type { Caches } from '../watch/cache.js';
import { SharedCaches } from '../watch/shared-caches.js';
import { ApiEventRecorder } from './api-event-recorder.js';
import type { AnyControllerDefinition } from './controller.js';
import { Controller } from './controller.js';
import type { KeyExplanation } from './explain.js';
import { metricsText } from './metrics-text.js';
import type { Duration } from './reconciler.js';

/** What a {@link Manager} takes. */
export interface ManagerOptions {
  readonly registries: Registries;
  readonly environment: Environment;
  /** What to run. Names must be unique. */
  readonly controllers: readonly AnyControllerDefinition[];
  /** Caches to share with others: started with the manager if they are not yet; whoever made them stops them. Default: its own, stopped with it. */
  readonly caches?: Caches | undefined;
  /** Default: nothing is logged. */
  readonly logger?: Logger | undefined;
  /** How long `stop()` waits for reconciles that have been told to end. Default 3 s; what runs on then is logged and left alone. */
  readonly drain?: Duration | undefined;
  /** How long `start()` waits for the caches of a controller. Default 2 min; it then rejects and nothing runs. */
  readonly syncTimeout?: Duration | undefined;
}

/**
 * Runs controllers over one set of caches.
 *
 * `start()` resolves when all caches are full and all workers run. `stop()` stops all controllers at once, waits for what
 * they do, and leaves nothing running; it can be started again, for example each time it is elected.
 */
export class Manager implements Lifecycle {
  readonly #caches: Caches;
  readonly #ownCaches: Lifecycle | undefined;
  readonly #controllers: readonly Controller[];
  readonly #recorders: readonly ApiEventRecorder[];
  readonly #lifecycle: OnceLifecycle;

  constructor(options: ManagerOptions) {
    const { registries, environment, controllers, logger = silentLogger, drain, syncTimeout } = options;
    checkNames(controllers);
    this.#ownCaches = options.caches ? undefined : new SharedCaches({ registries, environment, logger });
    const caches = options.caches ?? (this.#ownCaches as SharedCaches);
    this.#caches = caches;
    const parts = controllers.map((definition) => {
      const log = logger.child({ controller: definition.name });
      const events = new ApiEventRecorder({ registries, environment, component: definition.name, logger: log });
      const services = { registries, caches, environment, log, events };
      return { events, controller: new Controller({ definition, services, drain, syncTimeout }) };
    });
    this.#controllers = parts.map(({ controller }) => controller);
    this.#recorders = parts.map(({ events }) => events);
    this.#lifecycle = new OnceLifecycle({ start: (signal) => this.#begin(signal), stop: () => this.#end() });
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  /**
   * Why a key (`namespace/name`) was reconciled, and whether it is going to be: by each controller that has anything to say of it. As
   * text: {@link explanationText}. Empty when the manager does not run.
   */
  explain(key: string): readonly KeyExplanation[] {
    return this.#controllers
      .flatMap((controller) => controller.explain(key) ?? [])
      .filter(({ runs, running, waiting }) => runs.length > 0 || running || waiting !== undefined);
  }

  /** Resolves when no key waits or is being reconciled; keys that are due later do not count. */
  async idle(): Promise<void> {
    await Promise.all(this.#controllers.flatMap(({ measured }) => (measured ? [measured.state.idle()] : [])));
  }

  /** What is being reconciled now, as `controller key`. */
  get running(): readonly string[] {
    return this.#controllers.flatMap(({ name, measured }) => (measured?.state.running ?? []).map((key) => `${name} ${key}`));
  }

  /** Metrics of its controllers and caches, in the text format of Prometheus: what a `/metrics` endpoint answers. */
  get metrics(): string {
    return metricsText(
      this.#controllers.flatMap((controller) => controller.measured ?? []),
      this.#caches.all,
    );
  }

  async #begin(signal: AbortSignal): Promise<void> {
    // A controller may wait long for its caches: it must not have to when the manager is stopped meanwhile.
    signal.addEventListener('abort', () => this.#controllers.forEach((controller) => void controller.stop()), { once: true });
    await this.#caches.start();
    await Promise.all(this.#recorders.map((recorder) => recorder.start()));
    await Promise.all(this.#controllers.map((controller) => controller.start()));
  }

  async #end(): Promise<void> {
    await Promise.all(this.#controllers.map((controller) => controller.stop()));
    await Promise.all(this.#recorders.map((recorder) => recorder.stop()));
    await this.#ownCaches?.stop();
  }
}

function checkNames(controllers: readonly AnyControllerDefinition[]): void {
  const names = controllers.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new TypeError(`two controllers are named ${twice}: give one another name with .named(…)`);
}
