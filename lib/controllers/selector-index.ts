import type { LabelSelector as LabelSelectorSpec } from 'kubernetes-types/meta/v1.js';
import type { LabelSelector } from '../api/meta/label-selector.js';
import { labelSelectorOf, selectorFromMap } from '../api/meta/label-selector.js';
import { keyOf } from '../api/object.js';
import type { KubeObject, Stored } from '../api/object.js';

interface Indexed {
  readonly key: string;
  readonly spec: LabelSelectorSpec;
  readonly bucket: string;
  readonly selector: LabelSelector;
}

/**
 * Finds the objects whose selector matches given labels, without asking each of them: every object stands under one label that it
 * demands. Those that demand none, having nothing but expressions, stand under their namespace and are asked each time.
 */
export class SelectorIndex {
  readonly #byKey = new Map<string, Indexed>();
  readonly #buckets = new Map<string, Set<Indexed>>();
  readonly #emptySelectsAll: boolean;

  /** `emptySelectsAll`: what an empty selector means; default: it matches nothing. */
  constructor({ emptySelectsAll = false }: { readonly emptySelectsAll?: boolean } = {}) {
    this.#emptySelectsAll = emptySelectsAll;
  }

  /** Adds an object, or takes over its new selector. An absent selector matches nothing. */
  set(object: Stored<KubeObject>, spec: LabelSelectorSpec | undefined): void {
    const key = keyOf(object);
    if (spec && this.#byKey.get(key)?.spec === spec) return;
    this.delete(key);
    if (!spec) return;
    const { matchLabels = {}, matchExpressions = [] } = spec;
    const [label] = Object.entries(matchLabels); // the first will do
    if (!label && matchExpressions.length === 0 && !this.#emptySelectsAll) return;
    const { namespace = '' } = object.metadata;
    const bucketName = label ? labelBucket(namespace, label) : namespace;
    const selector = matchExpressions.length > 0 ? labelSelectorOf(spec) : selectorFromMap(matchLabels);
    const indexed: Indexed = { key, spec, bucket: bucketName, selector };
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
  selecting({ metadata: { namespace = '', labels = {} } }: Stored<KubeObject>): readonly string[] {
    const keys: string[] = [];
    for (const bucket of [namespace, ...Object.entries(labels).map((label) => labelBucket(namespace, label))]) {
      for (const { key, selector } of this.#buckets.get(bucket) ?? []) if (selector.matches(labels)) keys.push(key);
    }
    return keys;
  }
}

const labelBucket = (namespace: string, [name, value]: readonly [string, string]) => `${namespace}\n${name}=${value}`;
