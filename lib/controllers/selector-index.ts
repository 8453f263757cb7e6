import { keyOf } from '../api/object.js';
import type { KubeObject, Stored } from '../api/object.js';

type Labels = Readonly<Record<string, string>>;

interface Indexed {
  readonly key: string;
  readonly bucket: string;
  readonly selector: readonly (readonly [string, string])[];
}

/**
 * Finds the objects whose selector (a plain map of labels) matches given labels, without asking each of them: every object
 * stands under one label that it demands.
 */
export class SelectorIndex {
  readonly #byKey = new Map<string, Indexed>();
  readonly #buckets = new Map<string, Set<Indexed>>();

  /** Adds an object, or takes over its new selector. An absent or empty selector matches nothing here. */
  set(object: Stored<KubeObject>, selector: Labels | undefined): void {
    const key = keyOf(object);
    const pairs = Object.entries(selector ?? {});
    const first = pairs[0];
    this.delete(key);
    if (!first) return;
    const indexed: Indexed = { key, bucket: bucketOf(object.metadata.namespace, ...first), selector: pairs };
    this.#byKey.set(key, indexed);
    const bucket = this.#buckets.get(indexed.bucket) ?? new Set<Indexed>();
    this.#buckets.set(indexed.bucket, bucket.add(indexed));
  }

  /** By `namespace/name`. */
  delete(key: string): void {
    const indexed = this.#byKey.get(key);
    if (!indexed) return;
    this.#byKey.delete(key);
    const bucket = this.#buckets.get(indexed.bucket);
    bucket?.delete(indexed);
    if (bucket?.size === 0) this.#buckets.delete(indexed.bucket);
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** Keys of the objects in the same namespace that select this one. */
  selecting({ metadata: { namespace, labels } }: Stored<KubeObject>): readonly string[] {
    const keys: string[] = [];
    for (const [name, value] of Object.entries(labels ?? {})) {
      for (const { key, selector } of this.#buckets.get(bucketOf(namespace, name, value)) ?? []) {
        if (selector.every(([wanted, equal]) => labels?.[wanted] === equal)) keys.push(key);
      }
    }
    return keys;
  }
}

const bucketOf = (namespace: string | undefined, name: string, value: string) => `${namespace ?? ''}\n${name}=${value}`;
