import type { KubeObject, Stored } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';

/** Each loss of a race is another writer's success; this many in a row mean that something is wrong. */
const ATTEMPTS = 100;

/** Reads, changes and writes until nobody was quicker. The same object back from `change` writes nothing. */
export async function modifyUntilCurrent<S extends KubeObject, C extends Readonly<S>>(
  read: () => Promise<C>,
  change: (current: C) => S,
  write: (changed: S) => Promise<C>,
): Promise<C> {
  for (let attempt = 1; ; attempt++) {
    const current = await read();
    const changed = change(current);
    if ((changed as Stored<KubeObject>) === (current as unknown)) return current;
    const { resourceVersion } = (current as KubeObject).metadata ?? {};
    try {
      // Whatever the change makes of metadata, it was made from this version.
      return await write({ ...changed, metadata: { ...changed.metadata, resourceVersion } });
    } catch (error) {
      if (!StatusError.is(error, 'Conflict') || attempt === ATTEMPTS) throw error;
    }
  }
}
