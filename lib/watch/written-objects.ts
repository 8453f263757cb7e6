import { isOlder } from '../api/meta/compare-versions.js';
import type { KubeObject, Stored } from '../api/object.js';
import { keyOf } from '../api/object.js';

interface Written<T extends KubeObject> {
  /** Undefined: it was deleted. */
  readonly object: Stored<T> | undefined;
  readonly uid: string;
  /** That of the write; of a deletion that of the object before. */
  readonly resourceVersion: string;
}

/**
 * What writes have answered and the watch has not brought yet. Reads of a cache look here first, so that whoever has written reads
 * nothing older. An entry goes when the watch has caught up with it; in the process of the store it does so before a write answers.
 */
export class WrittenObjects<T extends KubeObject> {
  readonly #byKey = new Map<string, Written<T>>();

  get size(): number {
    return this.#byKey.size;
  }

  wrote(object: Stored<T>): void {
    const { uid, resourceVersion } = object.metadata;
    const key = keyOf(object);
    const known = this.#byKey.get(key);
    if (!known || !isOlder(resourceVersion, known.resourceVersion)) this.#byKey.set(key, { object, uid, resourceVersion });
  }

  /** `last`: as it was. */
  deleted(last: Stored<T>): void {
    const { uid, resourceVersion } = last.metadata;
    this.#byKey.set(keyOf(last), { object: undefined, uid, resourceVersion });
  }

  /** The watch has brought this version of the object, or its end. */
  came({ metadata }: Stored<T>, key: string, gone: boolean): void {
    const known = this.#byKey.get(key);
    if (!known) return;
    const { uid, resourceVersion } = metadata;
    const settled = known.object
      ? !isOlder(resourceVersion, known.resourceVersion)
      : gone || uid !== known.uid || isOlder(known.resourceVersion, resourceVersion);
    if (settled) this.#byKey.delete(key);
  }

  /** A list of this version has brought all there is; `listed` tells what it has of a key. */
  listed(resourceVersion: string, listed: (key: string) => Stored<T> | undefined): void {
    for (const [key, { object, uid, resourceVersion: written }] of this.#byKey) {
      const { uid: there, resourceVersion: version = '' } = listed(key)?.metadata ?? {};
      const behind = object ? isOlder(resourceVersion, written) : there === uid && !isOlder(written, version);
      if (!behind) this.#byKey.delete(key);
    }
  }

  clear(): void {
    this.#byKey.clear();
  }

  /** What a read of `key` gives when the watch has brought `object`. */
  over(key: string, object: Stored<T> | undefined): Stored<T> | undefined {
    const written = this.#byKey.get(key);
    if (!written) return object;
    return written.object ?? (object?.metadata.uid === written.uid ? undefined : object);
  }

  /** What a read of many gives; `includes` tells which written objects are among them. */
  overAll(objects: readonly Stored<T>[], includes: (object: Stored<T>) => boolean): readonly Stored<T>[] {
    if (this.#byKey.size === 0) return objects;
    const others = objects.filter((object) => this.over(keyOf(object), object) === object);
    const written = [...this.#byKey.values()].flatMap(({ object }) => (object && includes(object) ? [object] : []));
    return [...others, ...written];
  }
}
