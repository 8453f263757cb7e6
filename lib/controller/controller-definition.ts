import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import type { KubeObject, ObjectName, Stored } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import type { Registries, Selection } from '../registry/registry.js';
import type { Caches } from '../watch/cache.js';
import type { EventRecorder } from './event-recorder.js';
import type { Duration, ReconcileContext, Verdict } from './reconciler.js';

/** Changes of another kind that enqueue keys of the controller's own. */
export interface WatchSource<K extends KubeObject = KubeObject> {
  readonly definition: ResourceDefinition<K>;
  /** Keys (`namespace/name`) to reconcile when `object` appeared, changed (then also called with the old one) or went. Pure and quick. */
  readonly keys: (object: Stored<K>) => readonly string[];
}

/** A kind that a controller looks up, or a part of it. */
export interface ReadSource<K extends KubeObject = KubeObject> {
  readonly definition: ResourceDefinition<K>;
  /** Which of its objects. Default: all. */
  readonly selection?: Selection | undefined;
}

/** A {@link Reconciler} whatever kinds its controller has declared. (With methods, so that one of pods is one of objects.) */
export interface AnyReconciler<T extends KubeObject = KubeObject> {
  reconcile(object: Stored<T>, context: ReconcileContext<T, KubeObject, KubeObject>): Promise<Verdict>;
  gone?(name: ObjectName, context: ReconcileContext<T, KubeObject, KubeObject>): Promise<Verdict>;
  cleanup?(object: Stored<T>, context: ReconcileContext<T, KubeObject, KubeObject>): Promise<Verdict>;
}

/** What a reconciler is made with: one set a manager. */
export interface ControllerServices {
  readonly registries: Registries;
  readonly caches: Caches;
  readonly environment: Environment;
  readonly log: Logger;
  readonly events: EventRecorder;
}

/** How a controller runs. */
export interface ControllerOptions {
  /** Reconciles at once; never two of one key. Default 4. */
  readonly workers?: number;
  /** Aborts a reconcile's signal after this time. Default 60 s. */
  readonly timeout?: Duration;
  /** First delay after a failure. Default 50 ms; doubles up to `maxBackoff`. */
  readonly backoff?: Duration;
  /** Default 5 min. */
  readonly maxBackoff?: Duration;
  /**
   * What a change does that the reconcile of the same key has made itself, through its context: nothing, or another reconcile. With
   * `ignored`, a reconcile that says something about what it has written says so after it has written. That the object itself is
   * gone is always told. Default `ignored`.
   */
  readonly ownWrites?: 'ignored' | 'reconciled';
  /** Whether the objects of its kinds come with `metadata.managedFields`, which caches leave out otherwise. Default false. */
  readonly managedFields?: boolean;
  /** Whether the signal of a reconcile aborts when the spec of its object changes, or its deletion begins. It then runs again at once. Default false. */
  readonly supersede?: boolean;
}

/** All that a manager needs to run a controller; made by `controllerFor(kind)…reconcile(…)`. */
export interface ControllerDefinition<T extends KubeObject = KubeObject> {
  /** Default: the plural of its kind. Unique in a manager. */
  readonly name: string;
  /** The kind whose objects are reconciled. */
  readonly for: ResourceDefinition<T>;
  /** Kinds of objects that it makes: a change of one enqueues its owner. */
  readonly owns: readonly ResourceDefinition[];
  /** Whether a change of one of its own objects enqueues it. An object that comes, goes or begins to be deleted always is. Default: every change. */
  matters?(old: Stored<T>, object: Stored<T>): boolean;
  /** Other kinds whose changes enqueue keys. */
  readonly watches: readonly WatchSource[];
  /** Kinds that are looked up only: their caches are full before the first reconcile, their changes enqueue nothing. */
  readonly reads: readonly ReadSource[];
  /** Kinds that it writes and does not own; cached as those that it reads. */
  readonly writes: readonly ResourceDefinition[];
  /** The finalizer that a reconciler with `cleanup` puts on its objects. A qualified name; default `kubelib.dev/<controller name>`. */
  readonly finalizer: string;
  readonly options: ControllerOptions;
  readonly make: (services: ControllerServices) => AnyReconciler<T>;
}
