import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import type { KubeObject, ObjectName, Stored } from '../api/object.js';
import { keyOf } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import { kindKey } from '../api/resource-definition.js';
import { StatusError } from '../api/status-error.js';
import type { Registries, Registry } from '../registry/registry.js';
import type { CacheReader } from '../watch/cache.js';
import type { ControllerDefinition, ControllerServices } from './controller-definition.js';
import type { Applier, Wanted } from './applier.js';
import type { DeclaredCaches } from './declared-caches.js';
import type { EventRecorder } from './event-recorder.js';
import type { KeyRun } from './key-run.js';
import type { OwnWrites } from './own-writes.js';
import type { StatusOf } from './pending-status.js';
import { PendingStatus } from './pending-status.js';
import type { ReconcileContext } from './reconciler.js';
import type { WriteListener } from './tracked-registry.js';
import { TrackedRegistry } from './tracked-registry.js';

/** The context of one reconcile. */
export class RunContext<T extends KubeObject> implements ReconcileContext<T, KubeObject, KubeObject>, WriteListener {
  readonly environment: Environment;
  readonly events: EventRecorder;
  readonly registries: Registries;
  readonly #definition: ControllerDefinition<T>;
  readonly #services: ControllerServices;
  readonly #caches: DeclaredCaches;
  readonly #applier: Applier;
  readonly #ownWrites: OwnWrites;
  readonly #status: PendingStatus<T>;
  #log: Logger | undefined;

  constructor(
    definition: ControllerDefinition<T>,
    services: ControllerServices,
    caches: DeclaredCaches,
    applier: Applier,
    ownWrites: OwnWrites,
    readonly run: KeyRun,
    readonly name: ObjectName,
  ) {
    this.environment = services.environment;
    this.events = services.events;
    this.registries = services.registries;
    this.#definition = definition;
    this.#services = services;
    this.#caches = caches;
    this.#ownWrites = ownWrites;
    this.#applier = applier;
    this.#status = new PendingStatus(definition.for);
  }

  get key(): string {
    return this.run.key;
  }

  get signal(): AbortSignal {
    return this.run.signal;
  }

  get log(): Logger {
    this.#log ??= this.#services.log.child({ key: this.key });
    return this.#log;
  }

  registry<K extends KubeObject>(definition: ResourceDefinition<K>): Registry<K> {
    this.cache(definition);
    return new TrackedRegistry(this.registries.registry(definition), this);
  }

  cache<K extends KubeObject>(definition: ResourceDefinition<K>): CacheReader<K> {
    const cache = this.#caches.of(definition);
    if (!cache) throw undeclared(this.#definition.name, definition);
    return cache;
  }

  apply<K extends KubeObject>(definition: ResourceDefinition<K>, wanted: Wanted<K>): Promise<Stored<K>> {
    const owned = this.#definition.owns.some((kind) => kindKey(kind) === kindKey(definition));
    const cache = this.cache(definition);
    const registry = this.registry(definition);
    return this.#applier.apply({ registry, wanted, owner: owned ? this.#object : undefined, cache, signal: this.signal });
  }

  status(fields: Partial<StatusOf<T>>): void {
    this.#status.set(fields);
  }

  condition(type: string, status: boolean | 'Unknown', reason: string, message = ''): void {
    const { generation } = this.#object?.metadata ?? {};
    const text = status === 'Unknown' ? status : status ? 'True' : 'False';
    this.#status.setCondition({
      type,
      status: text,
      reason,
      message,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    });
  }

  met(type: string): boolean {
    return this.#status.met(type, this.#object);
  }

  /** Writes what was said about the status, if anything was. */
  async writeStatus(): Promise<void> {
    const object = this.#object;
    if (!object || this.#status.isEmpty) return;
    await this.#status.write(object, this.registry(this.#definition.for), this.environment.now());
  }

  /** The reconciled object, as the cache has it. */
  get #object(): Stored<T> | undefined {
    return this.cache(this.#definition.for).getByKey(this.key);
  }

  /** Reads of caches show it from now on, and the change that the watch brings is not told to this key. */
  wrote<K extends KubeObject>(definition: ResourceDefinition<K>, object: Stored<K>): void {
    this.#ownWrites.wrote(this.key, object);
    this.#services.caches.wrote(definition, object);
    this.run.noteWrite(`${definition.plural} ${keyOf(object)}@${object.metadata.resourceVersion}`);
  }

  deleted<K extends KubeObject>(definition: ResourceDefinition<K>, last: Stored<K>): void {
    this.#ownWrites.deleted(this.key, last);
    this.#services.caches.deleted(definition, last);
    this.run.noteWrite(`${definition.plural} ${keyOf(last)} (deleted)`);
  }

  async fresh(): Promise<Stored<T> | undefined> {
    try {
      return await this.registry(this.#definition.for).get(this.name, { signal: this.signal });
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    }
  }
}

/** What the compiler says already to those who ask it. */
function undeclared<K extends KubeObject>(name: string, { plural }: ResourceDefinition<K>): TypeError {
  return new TypeError(`controller ${name} has not declared ${plural}: add .owns(${plural}), .writes(…), .reads(…) or .watches(…)`);
}
