import { keyOf } from '../api/object.js';
import type { KubeObject, Stored } from '../api/object.js';
import type { CacheReader } from '../watch/cache.js';

interface Expected {
  /** The highest version written. */
  revision: number;
  /** `namespace/name` → uid of what was deleted. */
  readonly gone: Map<string, string>;
}

/**
 * What a reconciler has written and its cache does not show yet. While a key's expectations are not met, counting from the cache
 * would create or delete a second time. All objects share one counter of versions, so the highest one written stands for all.
 */
export class Expectations {
  readonly #byKey = new Map<string, Expected>();

  /** Something was created or changed on behalf of `key`. */
  wrote(key: string, { metadata }: KubeObject): void {
    const expected = this.#of(key);
    expected.revision = Math.max(expected.revision, Number(metadata?.resourceVersion ?? 0));
  }

  /** A delete was asked for; it is seen once the object is gone or waits to go. */
  deleted(key: string, object: Stored<KubeObject>): void {
    this.#of(key).gone.set(keyOf(object), object.metadata.uid);
  }

  /** Whether the cache shows everything; if so, it is forgotten. */
  met<T extends KubeObject>(key: string, cache: CacheReader<T>): boolean {
    const expected = this.#byKey.get(key);
    if (!expected) return true;
    if (Number(cache.resourceVersion) < expected.revision) return false;
    for (const [name, uid] of expected.gone) {
      const cached = cache.getByKey(name);
      if (cached?.metadata.uid === uid && !cached.metadata.deletionTimestamp) return false;
    }
    this.#byKey.delete(key);
    return true;
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }

  #of(key: string): Expected {
    let expected = this.#byKey.get(key);
    if (!expected) this.#byKey.set(key, (expected = { revision: 0, gone: new Map<string, string>() }));
    return expected;
  }
}
