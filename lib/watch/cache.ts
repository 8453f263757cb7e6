import type { Observable } from 'rxjs';
import type { Lifecycle } from '../base/lifecycle.js';
import type { KubeObject, ObjectName, Stored } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import type { Selection } from '../registry/registry.js';

/** A change of a cache, after the cache shows it. `old` and `object` are both absent never. */
export interface CacheEvent<T extends KubeObject> {
  readonly old?: Stored<T> | undefined;
  /** Absent: deleted. */
  readonly object?: Stored<T> | undefined;
  /** Part of the first list, or of a list after a restart. */
  readonly initial: boolean;
}

/** Objects grouped by a value computed from each. */
export interface Index<T extends KubeObject> {
  /** The objects with this value; empty when none. Never a copy: read, do not keep. */
  get(value: string): readonly Stored<T>[];
}

/** Reads of a cache. Objects are frozen and shared. Reads never wait and never fail; before `synced` they show less than there is. */
export interface CacheReader<T extends KubeObject> {
  readonly definition: ResourceDefinition<T>;
  /** Which objects it holds, and how much of them. */
  readonly view: CacheView;
  get(name: ObjectName): Stored<T> | undefined;
  /** By `namespace/name` or `name`. */
  getByKey(key: string): Stored<T> | undefined;
  list(namespace?: string): readonly Stored<T>[];
  /** The index of this name, made on first use; `values` must be pure and give the same answer for the same object. */
  index(name: string, values: (object: Stored<T>) => readonly string[]): Index<T>;
  readonly size: number;
  /** Resolves when the first list is in. */
  readonly synced: Promise<void>;
  readonly isSynced: boolean;
  /** The version that the cache shows: it has seen every change up to it. */
  readonly resourceVersion: string;
  /** Resolves when the cache shows this version or a newer one. Rejects with the signal's reason. Over HTTP, on a quiet kind, that takes until the next bookmark: up to a minute. */
  waitFor(resourceVersion: string, signal?: AbortSignal): Promise<void>;
  /** Milliseconds since something was heard of the server, changes and bookmarks alike; infinite before the first list. */
  readonly age: number;
  /** Bytes of memory that the objects take, estimated from a sample of them. */
  readonly bytes: number;
  /** Hot: changes from now on, in order. A subscriber that throws is reported and does not disturb the others. */
  readonly changes: Observable<CacheEvent<T>>;
}

/** A cache with its watcher. */
export interface Cache<T extends KubeObject> extends CacheReader<T>, Lifecycle {
  /**
   * What a write has answered: until the watch has brought it, reads show it all the same. `changes` tells of it when the watch does.
   * An object that the cache is past already, or that is not among its own, is left alone.
   */
  wrote(object: Stored<T>): void;
  /** As {@link Cache.wrote}, of an object that is gone; `last` is how it was. */
  deleted(last: Stored<T>): void;
}

/** Which part of a kind a cache holds, and how much of each object. */
export interface CacheView extends Selection {
  /** Objects without anything but `apiVersion`, `kind` and `metadata`. Default false. */
  readonly metadataOnly?: boolean | undefined;
  /** Objects with `metadata.managedFields`, which are often half of them and seldom read. Default false. */
  readonly managedFields?: boolean | undefined;
}

/** A view of whole objects. */
export type WholeView = CacheView & { readonly metadataOnly?: false | undefined };

/** A view of objects of which only the metadata is there. */
export type MetadataView = CacheView & { readonly metadataOnly: true };

/** A cache that is held for somebody. */
export interface CacheHandle<T extends KubeObject> {
  readonly cache: CacheReader<T>;
  /** It is not needed any more; the last one to say so stops it. Safe to call twice. */
  release(): void;
}

/** The caches of one process: one watch a kind and view, shared by all that ask for it. */
export interface Caches extends Lifecycle {
  /** The shared cache of a kind, held until `stop()`. Asking after `start()` starts it at once. It stops, and stays as it is, when the kind leaves the catalog. */
  cache<T extends KubeObject>(definition: ResourceDefinition<T>, view?: WholeView): CacheReader<T>;
  cache<T extends KubeObject>(definition: ResourceDefinition<T>, view: MetadataView): CacheReader<KubeObject>;
  /** As {@link Caches.cache}, held until it is released. */
  acquire<T extends KubeObject>(definition: ResourceDefinition<T>, view?: WholeView): CacheHandle<T>;
  acquire<T extends KubeObject>(definition: ResourceDefinition<T>, view: MetadataView): CacheHandle<KubeObject>;
  /** Tells the caches of a kind what a write has answered: see {@link Cache.wrote}. */
  wrote<T extends KubeObject>(definition: ResourceDefinition<T>, object: Stored<T>): void;
  /** Tells the caches of a kind that an object is gone: see {@link Cache.deleted}. */
  deleted<T extends KubeObject>(definition: ResourceDefinition<T>, last: Stored<T>): void;
  /** All that run, for metrics. */
  readonly all: readonly CacheReader<KubeObject>[];
  /** Resolves when every cache asked for so far has its first list. */
  readonly synced: Promise<void>;
}
