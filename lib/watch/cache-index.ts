import type { KubeObject, Stored } from '../api/object.js';
import { Bucket } from './bucket.js';
import type { Index } from './cache.js';

/** An index kept up by its store: told of each change, it touches only the values that the changed object has or had. */
export class CacheIndex<T extends KubeObject> implements Index<T> {
  readonly #values: (object: Stored<T>) => readonly string[];
  readonly #buckets = new Map<string, Bucket<T>>();

  /** An object for which `values` throws is in no bucket; `report` is told. */
  constructor(values: (object: Stored<T>) => readonly string[], report: (error: unknown) => void) {
    this.#values = (object) => {
      try {
        return values(object);
      } catch (error) {
        report(error);
        return [];
      }
    };
  }

  get(value: string): readonly Stored<T>[] {
    return this.#buckets.get(value)?.all ?? [];
  }

  /** An object came (no `old`), changed, or went (no `object`). */
  update(key: string, old: Stored<T> | undefined, object: Stored<T> | undefined): void {
    const values = object ? this.#values(object) : [];
    if (old) for (const value of this.#values(old)) if (!values.includes(value)) this.#remove(value, key);
    if (object) for (const value of values) this.#bucket(value).set(key, object);
  }

  #bucket(value: string): Bucket<T> {
    const known = this.#buckets.get(value);
    if (known) return known;
    const bucket = new Bucket<T>();
    this.#buckets.set(value, bucket);
    return bucket;
  }

  #remove(value: string, key: string): void {
    const bucket = this.#buckets.get(value);
    bucket?.delete(key);
    if (bucket?.size === 0) this.#buckets.delete(value);
  }
}
