import type { ObjectMeta } from 'kubernetes-types/meta/v1.js';
import { jsonText } from './exact-json.js';

/** What every resource is: type, metadata, and fields of its kind. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
}

/** Metadata that an object has once a registry has stored it. */
export type StoredMeta = ObjectMeta & Readonly<Required<Pick<ObjectMeta, 'name' | 'uid' | 'resourceVersion' | 'creationTimestamp'>>>;

/**
 * An object as a registry hands it out: complete metadata, deeply frozen, shared by all its readers.
 * Never edit it; build a changed copy and write that.
 */
export type Stored<T extends KubeObject> = Readonly<T> & {
  readonly apiVersion: NonNullable<T['apiVersion']>;
  readonly kind: NonNullable<T['kind']>;
  readonly metadata: StoredMeta;
};

/** Names one object of a kind. `namespace` is left out for cluster-wide kinds. */
export interface ObjectName {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** One page of objects, all as of one revision. */
export interface ObjectList<T extends KubeObject> {
  readonly items: readonly Stored<T>[];
  /** Revision of the snapshot; a watch from here misses nothing. */
  readonly resourceVersion: string;
  /** Token for the next page; absent on the last one. */
  readonly continue?: string;
  /** How many objects follow this page; absent when unknown (with selectors) or zero. */
  readonly remainingItemCount?: number;
}

/** `namespace/name`, or `name` alone for cluster-wide objects: the key of queues and caches. */
export function keyOf(name: ObjectName | { readonly metadata?: ObjectMeta | undefined }): string {
  const { namespace, name: own } = nameOf(name);
  return namespace ? `${namespace}/${own}` : own;
}

/** The name of an object, from its metadata. */
export function nameOf(object: ObjectName | { readonly metadata?: ObjectMeta | undefined }): ObjectName {
  if ('name' in object) return object;
  const metadata = (object as KubeObject).metadata;
  return { name: metadata?.name ?? '', ...(metadata?.namespace ? { namespace: metadata.namespace } : {}) };
}

/** Undoes {@link keyOf}. */
export function parseKey(key: string): ObjectName {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** For a message: a name that nobody has checked, and that may be anything. */
export function nameText(given: unknown): string {
  return typeof given === 'string' ? given : jsonText(given);
}
