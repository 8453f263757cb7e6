import type { Subscription } from 'rxjs';
import type { KubeObject } from '../api/object.js';
import { parseKey } from '../api/object.js';
import { Applier } from './applier.js';
import type { ControllerDefinition, ControllerOptions, ControllerServices } from './controller-definition.js';
import type { ControllerTask } from './controller-task.js';
import { enqueueKeys } from './key-sources.js';
import { ReconcileStep } from './reconcile-step.js';
import type { Verdict } from './reconciler.js';
import { declaredKinds, kindKey, RunContext } from './run-context.js';

/** The objects of one kind, by their keys. */
export class ObjectTask<T extends KubeObject> implements ControllerTask {
  readonly name: string;
  readonly options: ControllerOptions;
  readonly #definition: ControllerDefinition<T>;
  readonly #services: ControllerServices;
  readonly #step: ReconcileStep<T>;
  readonly #kinds: ReadonlySet<string>;
  readonly #applier: Applier;

  constructor(definition: ControllerDefinition<T>, services: ControllerServices) {
    this.name = definition.name;
    this.options = definition.options;
    this.#definition = definition;
    this.#services = services;
    this.#kinds = new Set(declaredKinds(definition).map(kindKey));
    this.#applier = new Applier(services.registries, definition.name);
    this.#step = new ReconcileStep(definition, definition.make(services));
  }

  watch(add: (key: string) => void): Subscription {
    const { caches, log } = this.#services;
    return enqueueKeys({ definition: this.#definition, caches, log, add });
  }

  async synced(): Promise<void> {
    await Promise.all(declaredKinds(this.#definition).map((kind) => this.#services.caches.cache(kind).synced));
  }

  reconcile(key: string, signal: AbortSignal): Promise<Verdict> {
    return this.#step.run(new RunContext(this.#definition, this.#services, this.#kinds, this.#applier, key, parseKey(key), signal));
  }
}
