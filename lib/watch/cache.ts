import type { Observable } from 'rxjs';
import type { Lifecycle } from '../base/lifecycle.js';
import type { KubeObject, ObjectName, Stored } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';

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
  /** The version that the cache shows. */
  readonly resourceVersion: string;
  /** Hot: changes from now on, in order. A subscriber that throws is reported and does not disturb the others. */
  readonly changes: Observable<CacheEvent<T>>;
}

/** A cache with its watcher. */
export interface Cache<T extends KubeObject> extends CacheReader<T>, Lifecycle {}

/** The caches of one process: one watch a kind, shared by all that ask for it. */
export interface Caches extends Lifecycle {
  /** The shared cache of a kind. Asking after `start()` starts it at once. It stops, and stays as it is, when the kind leaves the catalog. */
  cache<T extends KubeObject>(definition: ResourceDefinition<T>): CacheReader<T>;
  /** Resolves when every cache asked for so far has its first list. */
  readonly synced: Promise<void>;
}
