import { controllerOf } from '../api/meta/owner-references.js';
import type { KubeObject, Stored } from '../api/object.js';
import type { CacheReader } from '../watch/cache.js';

/** The objects of a cache that name this owner. */
export function objectsOwnedBy<T extends KubeObject>(cache: CacheReader<T>, uid: string): readonly Stored<T>[] {
  return cache.index('owner-uid', ({ metadata }) => (metadata.ownerReferences ?? []).map((owner) => owner.uid)).get(uid);
}

/** The objects of a cache that this one manages: it is their controller. */
export function controlledBy<T extends KubeObject>(cache: CacheReader<T>, uid: string): readonly Stored<T>[] {
  return cache.index('controller-uid', (object) => [controllerOf(object)?.uid ?? ''].filter(Boolean)).get(uid);
}

/** The objects of a namespace that nobody manages. */
export function orphansIn<T extends KubeObject>(cache: CacheReader<T>, namespace: string): readonly Stored<T>[] {
  return cache.index('orphans', (object) => (controllerOf(object) ? [] : [object.metadata.namespace ?? ''])).get(namespace);
}
