import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import type { KubeObject, ObjectName, Stored } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import { StatusError } from '../api/status-error.js';
import type { Registries, Registry } from '../registry/registry.js';
import type { CacheReader } from '../watch/cache.js';
import type { ControllerDefinition, ControllerServices } from './controller-definition.js';
import type { Applier, Wanted } from './applier.js';
import type { EventRecorder } from './event-recorder.js';
import type { StatusOf } from './pending-status.js';
import { PendingStatus } from './pending-status.js';
import type { ReconcileContext } from './reconciler.js';

/** The context of one reconcile. */
export class RunContext<T extends KubeObject> implements ReconcileContext<T, KubeObject, KubeObject> {
  readonly environment: Environment;
  readonly events: EventRecorder;
  readonly registries: Registries;
  readonly #definition: ControllerDefinition<T>;
  readonly #services: ControllerServices;
  readonly #kinds: ReadonlySet<string>;
  readonly #applier: Applier;
  readonly #status: PendingStatus<T>;
  #log: Logger | undefined;

  constructor(
    definition: ControllerDefinition<T>,
    services: ControllerServices,
    kinds: ReadonlySet<string>,
    applier: Applier,
    readonly key: string,
    readonly name: ObjectName,
    readonly signal: AbortSignal,
  ) {
    this.environment = services.environment;
    this.events = services.events;
    this.registries = services.registries;
    this.#definition = definition;
    this.#services = services;
    this.#kinds = kinds;
    this.#applier = applier;
    this.#status = new PendingStatus(definition.for);
  }

  get log(): Logger {
    this.#log ??= this.#services.log.child({ key: this.key });
    return this.#log;
  }

  registry<K extends KubeObject>(definition: ResourceDefinition<K>): Registry<K> {
    this.#check(definition);
    return this.registries.registry(definition);
  }

  cache<K extends KubeObject>(definition: ResourceDefinition<K>): CacheReader<K> {
    this.#check(definition);
    return this.#services.caches.cache(definition);
  }

  apply<K extends KubeObject>(definition: ResourceDefinition<K>, wanted: Wanted<K>): Promise<Stored<K>> {
    const owned = this.#definition.owns.some((kind) => kindKey(kind) === kindKey(definition));
    const cache = this.cache(definition);
    return this.#applier.apply({ definition, wanted, owner: owned ? this.#object : undefined, cache, signal: this.signal });
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

  /** What the compiler says already to those who ask it. */
  #check<K extends KubeObject>(definition: ResourceDefinition<K>): void {
    if (this.#kinds.has(kindKey(definition))) return;
    const { plural } = definition;
    throw new TypeError(
      `controller ${this.#definition.name} has not declared ${plural}: add .owns(${plural}), .writes(…), .reads(…) or .watches(…)`,
    );
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

/** What tells one kind from another. */
export const kindKey = <K extends KubeObject>(definition: ResourceDefinition<K>) => `${definition.apiVersion}/${definition.kind}`;

/** All kinds that a controller has declared, its own first. */
export function declaredKinds(definition: ControllerDefinition): readonly ResourceDefinition[] {
  const all: ResourceDefinition[] = [definition.for, ...definition.owns, ...definition.watches.map((source) => source.definition)];
  all.push(...definition.reads.map((source) => source.definition), ...definition.writes);
  return [...new Map(all.map((kind) => [kindKey(kind), kind])).values()];
}
