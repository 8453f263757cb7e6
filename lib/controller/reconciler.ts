import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import type { KubeObject, ObjectName, Stored } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import type { CacheReader } from '../watch/cache.js';
import type { Reader, Registries, Registry } from '../registry/registry.js';
import type { Wanted } from './applier.js';
import type { EventRecorder } from './event-recorder.js';
import type { StatusOf } from './pending-status.js';

/** Milliseconds, or a Go-like duration: `250ms`, `10s`, `5m`, `1h30m`. */
export type Duration = number | string;

/**
 * What a reconcile asks for next.
 *
 * | verdict | what happens |
 * |---|---|
 * | nothing | done until something changes |
 * | `{ after }` | again after this time, or earlier when something changes |
 * | `{ again: true }` | again at once, behind the keys that wait |
 * | `{ drop: reason }` | done; the reason is logged |
 * | throws | again with this key's back-off |
 * | throws `Terminal` | no retry until something changes |
 * | throws a `Conflict` | again at once; not counted as a failure |
 */
export type Verdict = void | { readonly after: Duration } | { readonly again: true } | { readonly drop: string };

/** No retry helps: the object itself must change first. */
export class Terminal extends Error {
  override readonly name = 'Terminal';
}

/**
 * What a reconcile may use. `T` is the kind that is reconciled, `Writes` the kinds that the controller `owns` or `writes`, `Reads` those
 * that it `reads` or `watches`: kinds that are not declared do not compile.
 */
export interface ReconcileContext<T extends KubeObject, Writes extends KubeObject = never, Reads extends KubeObject = never> {
  readonly name: ObjectName;
  readonly environment: Environment;
  readonly log: Logger;
  readonly events: EventRecorder;
  /** All of the cluster's registries, past what is declared: {@link rolesFor} does not know what is done here, nor do caches hear of it. */
  readonly registries: Registries;
  /** Reads and writes of the controller's own kind and of those that it `owns` or `writes`, past the cache; other declared kinds can only be read. */
  registry<K extends T | Writes>(definition: ResourceDefinition<K>): Registry<K>;
  registry<K extends T | Writes | Reads>(definition: ResourceDefinition<K>): Reader<K>;
  /** The cache of a declared kind, or of the part of it that was declared. Throws a TypeError for others. */
  cache<K extends T | Writes | Reads>(definition: ResourceDefinition<K>): CacheReader<K>;
  /** The object as it is in the store now, past the cache; undefined when gone. */
  fresh(): Promise<Stored<T> | undefined>;
  /**
   * Makes an object as it is described, or changes it so: server-side apply in the name of the controller, which takes over fields that
   * others have set. An object of a kind that the controller `owns` gets the reconciled object as its owner; without a namespace it is
   * in that of the reconciled object. What has been applied before is not sent again while nobody has changed the object: then this
   * answers with the cached one. Throws StatusErrors; a TypeError when the owner is in another namespace.
   *
   * ```ts
   * const deployment = await context.apply(deployments, { metadata: { name: shop.metadata.name }, spec: specFor(shop) });
   * ```
   */
  apply<K extends T | Writes>(definition: ResourceDefinition<K>, object: Wanted<K>): Promise<Stored<K>>;
  /**
   * Says what fields of the object's status are. They are written together when the reconcile ends, also when it throws, and only if
   * that changes something. Fields that are not named stay as they are.
   */
  status(fields: Partial<StatusOf<T>>): void;
  /**
   * Says how a condition of the object is; written with {@link ReconcileContext.status}. `lastTransitionTime` moves when the status
   * does, `observedGeneration` is that of the reconciled object. `reason` is one CamelCase word, `message` a sentence; default: none.
   */
  condition(type: string, status: boolean | 'Unknown', reason: string, message?: string): void;
  /** Whether a condition is True: as this reconcile has said, else as the object says. */
  met(type: string): boolean;
  /** Aborts when the manager stops or the reconcile's time is over. */
  readonly signal: AbortSignal;
  /** Carries the declared kinds through inference, so that less declared is not taken for more; never there. */
  readonly __declared?: (kinds: T | Writes | Reads, written: T | Writes) => void;
}

/**
 * Brings one object's world to its spec. Level-triggered: it never learns which event woke it, and must be safe to run twice.
 *
 * The kinds that its context may use stand in its type, as those of {@link ReconcileContext}: a controller that has not declared them
 * does not take it.
 */
export interface Reconciler<T extends KubeObject, Writes extends KubeObject = never, Reads extends KubeObject = never> {
  readonly reconcile: (object: Stored<T>, context: ReconcileContext<T, Writes, Reads>) => Promise<Verdict>;
  /** No object of this key is in the cache: forget what is kept by it. Optional. May be called for keys that never were an object's. */
  readonly gone?: (name: ObjectName, context: ReconcileContext<T, Writes, Reads>) => Promise<Verdict>;
  /**
   * Undoes what `reconcile` did, once the object is being deleted. Its presence puts the controller's finalizer on each object
   * before the first `reconcile`; the finalizer goes when this succeeds, which `{ after }` and `{ again }` do not: they ask for
   * another call. While an object is being deleted, `reconcile` is not called.
   */
  readonly cleanup?: (object: Stored<T>, context: ReconcileContext<T, Writes, Reads>) => Promise<Verdict>;
}
