import type { KubeObject, ObjectList, Stored } from '../../api/object.js';
import { nameOf } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { DeleteOptions, ListOptions } from '../registry.js';
import { deleteObject } from './delete.js';
import type { KindContext } from './kind-context.js';
import { listObjects } from './list.js';

/** Deletes that are under way at once. */
const PARALLEL = 16;

/** Deletes what a selection matches; see `Writer.deleteMany`. */
export async function deleteObjects<T extends KubeObject>(
  kind: KindContext<T>,
  options: ListOptions & DeleteOptions,
): Promise<ObjectList<T>> {
  const list = await listObjects(kind.store, kind, options);
  const waiting = [...list.items];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await deleteIfThere(kind, next, options);
  };
  const ends = await Promise.allSettled(Array.from({ length: PARALLEL }, work));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  return list;
}

/** The same object as was listed: one that took its name meanwhile is not meant. */
async function deleteIfThere<T extends KubeObject>(kind: KindContext<T>, object: Stored<T>, options: DeleteOptions): Promise<void> {
  const { uid } = object.metadata;
  try {
    await deleteObject(kind, nameOf(object), { ...options, preconditions: { uid } });
  } catch (error) {
    if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
  }
}
