import type { Observable } from 'rxjs';
import type { TokenRequest } from 'kubernetes-types/authentication/v1.js';
import type { Binding } from 'kubernetes-types/core/v1.js';
import type { Scale } from 'kubernetes-types/autoscaling/v1.js';
import type { Catalog } from '../api/catalog.js';
import type { FieldSelector } from '../api/meta/field-selector.js';
import type { LabelSelector } from '../api/meta/label-selector.js';
import type { KubeObject, ObjectList, ObjectName, Stored } from '../api/object.js';
import type { ResourceDefinition, WriteOnlyDefinition } from '../api/resource-definition.js';

/** Which objects. Selectors are compiled ones or their text (`app=web,tier in (a,b)`; `status.phase!=Failed`). */
export interface Selection {
  /** Default: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | LabelSelector | undefined;
  readonly fieldSelector?: string | FieldSelector | undefined;
}

export interface GetOptions {
  /** `0`: any version will do; another: at least as new. Default: the latest. */
  readonly resourceVersion?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ListOptions extends Selection {
  /** At most so many objects; the answer's `continue` gets the next ones of the same snapshot. Default: all. */
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan' | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WatchOptions extends Selection {
  /** Changes after this version. Unset or `0`: the present objects first, as ADDED, then changes. */
  readonly resourceVersion?: string | undefined;
  /** BOOKMARK events about once a minute, and one when the initial objects are through. Default false. */
  readonly allowBookmarks?: boolean | undefined;
  /** With bookmarks: present objects as ADDED, then a BOOKMARK annotated `k8s.io/initial-events-end`. */
  readonly sendInitialEvents?: boolean | undefined;
  /**
   * With bookmarks: each value asks for one as soon as it can be told. Default: nobody asks. A server over HTTP cannot be asked: it tells
   * when it likes.
   */
  readonly progressRequests?: Observable<unknown> | undefined;
}

/** One change of an object, in Kubernetes' form. An object that leaves the selection is DELETED, one that enters it ADDED. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: Stored<T> }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd?: boolean };

/** Who writes, how, and whether for real. */
export interface WriteOptions {
  /** All of defaulting, admission and validation; nothing stored. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Who owns the written fields. Default `kubelib`. */
  readonly fieldManager?: string | undefined;
  /** What unknown and duplicate fields do: `Strict` refuses, `Warn` reports to `onWarning`, `Ignore` drops. Default `Warn`. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore' | undefined;
  readonly onWarning?: ((text: string) => void) | undefined;
  /** The object came out of `decode` and is the registry's from now on: it is neither checked nor copied again. For servers. Default false. */
  readonly decoded?: boolean | undefined;
  /** Called when an update or an apply has made an object that was not there: a server then answers 201. */
  readonly onCreated?: (() => void) | undefined;
  /** Who asks, for admission. Default: the control plane itself. */
  readonly user?: UserInfo | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An authenticated caller. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface DeleteOptions extends WriteOptions {
  /** Seconds; default: the kind's own. 0: at once. */
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
  readonly preconditions?: { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined } | undefined;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Takes fields over from other managers. Default false: 409 names the manager. */
  readonly force?: boolean | undefined;
}

/** A change to an object: RFC 6902 operations, an RFC 7386 merge patch, a strategic merge patch, or an apply configuration. */
export type Patch =
  | { readonly type: 'json'; readonly patch: readonly object[] }
  | { readonly type: 'merge'; readonly patch: object }
  | { readonly type: 'strategic'; readonly patch: object }
  | { readonly type: 'apply'; readonly patch: object; readonly force?: boolean };

/** Reads of one kind. All methods throw (and watches error with) {@link StatusError} alone. */
export interface Reader<T extends KubeObject> {
  readonly definition: ResourceDefinition<T>;
  get(name: ObjectName, options?: GetOptions): Promise<Stored<T>>;
  list(options?: ListOptions): Promise<ObjectList<T>>;
  /** Cold. Errors with `Expired` (410) when the start is older than the kept history. Completes only when the server ends the watch. */
  watch(options?: WatchOptions): Observable<WatchEvent<T>>;
}

/** Creation alone: all that a write-only kind allows. */
export interface Creator<T extends KubeObject> {
  create(object: T, options?: WriteOptions): Promise<Stored<T>>;
}

/** Writes of one kind. Each answers with what is now stored (a delete: with what was, or with the object that now waits for its grace period or finalizers). */
export interface Writer<T extends KubeObject> extends Creator<T> {
  /** Replaces. With `metadata.resourceVersion` set: 409 Conflict when the object has moved on. */
  update(object: T, options?: WriteOptions): Promise<Stored<T>>;
  /** Read, change, write; retried on conflict. `change` may run several times; returning the same object writes nothing. */
  modify(name: ObjectName, change: (current: Stored<T>) => T, options?: WriteOptions): Promise<Stored<T>>;
  patch(name: ObjectName, patch: Patch, options?: WriteOptions): Promise<Stored<T>>;
  /** Server-side apply. */
  apply(object: Partial<T>, options: ApplyOptions): Promise<Stored<T>>;
  delete(name: ObjectName, options?: DeleteOptions): Promise<Stored<T>>;
  /** Deletes what the selection matches; answers with the objects as they were. */
  deleteMany(options: ListOptions & DeleteOptions): Promise<ObjectList<T>>;
}

/** What each subresource reads and writes. */
export interface SubresourceTypes<T extends KubeObject> {
  readonly status: T;
  readonly finalize: T;
  readonly ephemeralcontainers: T;
  readonly scale: Scale;
  readonly binding: Binding;
  readonly eviction: KubeObject & { deleteOptions?: DeleteOptions };
  readonly token: TokenRequest;
}

/** Access to one subresource of one kind; 404 where the kind has none, 405 where it lacks the verb. */
export interface SubresourceRegistry<S extends KubeObject> {
  get(name: ObjectName): Promise<S>;
  /** `binding`, `eviction`: acts on the named object. `token`: makes a token for it. */
  create(name: ObjectName, object: S, options?: WriteOptions): Promise<S>;
  update(name: ObjectName, object: S, options?: WriteOptions): Promise<S>;
  modify(name: ObjectName, change: (current: S) => S, options?: WriteOptions): Promise<S>;
  patch(name: ObjectName, patch: Patch, options?: WriteOptions): Promise<S>;
}

/**
 * Typed access to one kind: rules over a store in this process (`stored/`), or HTTP to a server (`remote/`). Both pass
 * `registryConformance`. Objects that come out are frozen and shared: never edit, always replace.
 */
export interface Registry<T extends KubeObject> extends Reader<T>, Writer<T> {
  subresource<S extends keyof SubresourceTypes<T>>(name: S): SubresourceRegistry<SubresourceTypes<T>[S] & KubeObject>;
}

/** The registries of one cluster, a kind each: what controllers, scheduler, kubelets and proxy are given. */
export interface Registries {
  /** Kinds that can be asked for; changes as custom ones come and go. */
  readonly catalog: Catalog;
  registry<T extends KubeObject>(definition: WriteOnlyDefinition<T>): Creator<T>;
  registry<T extends KubeObject>(definition: ResourceDefinition<T>): Registry<T>;
}
