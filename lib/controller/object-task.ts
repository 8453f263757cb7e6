import type { Subscription } from 'rxjs';
import type { KubeObject } from '../api/object.js';
import { parseKey } from '../api/object.js';
import { Applier } from './applier.js';
import type { ControllerDefinition, ControllerOptions, ControllerServices } from './controller-definition.js';
import type { ControllerTask } from './controller-task.js';
import { DeclaredCaches } from './declared-caches.js';
import { enqueueKeys } from './key-sources.js';
import type { KeyRun } from './key-run.js';
import { OwnWrites } from './own-writes.js';
import { ReconcileStep } from './reconcile-step.js';
import type { Verdict } from './reconciler.js';
import { RunContext } from './run-context.js';
import type { Wake } from './wake.js';

/** The objects of one kind, by their keys. */
export class ObjectTask<T extends KubeObject> implements ControllerTask {
  readonly name: string;
  readonly options: ControllerOptions;
  readonly #definition: ControllerDefinition<T>;
  readonly #services: ControllerServices;
  readonly #step: ReconcileStep<T>;
  readonly #caches: DeclaredCaches;
  readonly #applier: Applier;
  readonly #ownWrites = new OwnWrites();

  constructor(definition: ControllerDefinition<T>, services: ControllerServices) {
    this.name = definition.name;
    this.options = definition.options;
    this.#definition = definition;
    this.#services = services;
    this.#caches = new DeclaredCaches(definition, services.caches);
    this.#applier = new Applier(definition.name);
    this.#step = new ReconcileStep(definition, definition.make(services));
  }

  watch(wake: (wake: Wake) => void): Subscription {
    return enqueueKeys({ definition: this.#definition, caches: this.#caches, log: this.#services.log, wake });
  }

  synced(): Promise<void> {
    return this.#caches.synced();
  }

  reconcile(key: string, run: KeyRun): Promise<Verdict> {
    const context = new RunContext(this.#definition, this.#services, this.#caches, this.#applier, this.#ownWrites, run, parseKey(key));
    return this.#step.run(context);
  }

  isEcho(wake: Wake): boolean {
    return this.options.ownWrites !== 'reconciled' && this.#ownWrites.isEcho(wake);
  }

  stop(): void {
    this.#caches.release();
  }
}
