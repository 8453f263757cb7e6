import type { KubeObject, Stored } from '../api/object.js';
import type { CacheReader } from '../watch/cache.js';

/** The objects of a cache that name this owner. */
export function objectsOwnedBy<T extends KubeObject>(cache: CacheReader<T>, uid: string): readonly Stored<T>[] {
  return cache.index('owner-uid', ({ metadata }) => (metadata.ownerReferences ?? []).map((owner) => owner.uid)).get(uid);
}
