import type { KubeObject, Stored } from '../api/object.js';
import { keyOf } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import type { CacheEvent } from '../watch/cache.js';
import { changed } from './changed.js';
import type { Cause } from './wake.js';

/** The change of a cache as a reason to reconcile what it leads to, one way or another. */
export function causeOf<T extends KubeObject>(
  { plural }: ResourceDefinition<T>,
  via: NonNullable<Cause['via']>,
  { old, object, initial }: CacheEvent<T>,
): Cause {
  const one = (object ?? old)!; // one of the two is there
  const { uid, resourceVersion } = one.metadata;
  const type = !object ? 'deleted' : initial ? 'listed' : old ? 'changed' : 'added';
  const cause: Cause = { type, via, kind: plural, object: keyOf(one), resourceVersion, uid };
  return via === 'itself' && old && isNewSpec(old, object) ? { ...cause, newSpec: true } : cause;
}

function isNewSpec(old: Stored<KubeObject>, object: Stored<KubeObject> | undefined): boolean {
  return !object || old.metadata.deletionTimestamp !== object.metadata.deletionTimestamp || changed.spec(old, object);
}
