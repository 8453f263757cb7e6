import type { KubeObject, Stored } from '../api/object.js';
import { Bucket } from './bucket.js';
import type { CacheEvent } from './cache.js';
import { CacheIndex } from './cache-index.js';

/**
 * The objects of a cache and their indexes. Each write answers with the changes it made: none for a version that is there
 * already, two (gone, appeared) when another object has taken the name.
 */
export class ObjectStore<T extends KubeObject> {
  readonly #objects = new Bucket<T>();
  readonly #indexes = new Map<string, CacheIndex<T>>();
  readonly #report: (error: unknown) => void;

  /** `report` is told what the functions of indexes throw. */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): Stored<T> | undefined {
    return this.#objects.get(key);
  }

  get all(): readonly Stored<T>[] {
    return this.#objects.all;
  }

  /** The index of this name; when it is new, it is filled with what is there. */
  index(name: string, values: (object: Stored<T>) => readonly string[]): CacheIndex<T> {
    const known = this.#indexes.get(name);
    if (known) return known;
    const index = new CacheIndex(values, this.#report);
    for (const key of this.#objects.keys()) index.update(key, undefined, this.#objects.get(key));
    this.#indexes.set(name, index);
    return index;
  }

  put(key: string, object: Stored<T>, initial: boolean): readonly CacheEvent<T>[] {
    const old = this.#objects.get(key);
    if (old && old.metadata.uid !== object.metadata.uid) return [...this.delete(key, old, initial), ...this.put(key, object, initial)];
    if (old?.metadata.resourceVersion === object.metadata.resourceVersion) return [];
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) index.update(key, old, object);
    return [old ? { old, object, initial } : { object, initial }];
  }

  /** `last`: the object as it went, which may be newer than what is here. */
  delete(key: string, last: Stored<T> | undefined, initial: boolean): readonly CacheEvent<T>[] {
    const old = this.#objects.get(key);
    if (!old) return [];
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) index.update(key, old, undefined);
    return [{ old: last ?? old, initial }];
  }

  /** Makes `objects` all there is. Changes are reported for differences only, those of objects that went last. */
  replace(objects: ReadonlyMap<string, Stored<T>>): readonly CacheEvent<T>[] {
    const events: CacheEvent<T>[] = [];
    for (const [key, object] of objects) events.push(...this.put(key, object, true));
    for (const key of [...this.#objects.keys()]) if (!objects.has(key)) events.push(...this.delete(key, undefined, true));
    return events;
  }
}
