import type { KubeObject, Stored } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import { StatusError } from '../api/status-error.js';
import type { ReconcileContext } from '../controller/reconciler.js';

/** Writes the status of the object that is reconciled. Answers with what is stored then; undefined when the object has gone meanwhile. */
export async function writeStatus<T extends KubeObject>(
  kind: ResourceDefinition<T>,
  object: Stored<T>,
  context: ReconcileContext<T>,
): Promise<KubeObject | undefined> {
  try {
    return await context.registry(kind).subresource('status').update(context.name, object, { signal: context.signal });
  } catch (error) {
    if (StatusError.is(error, 'NotFound')) return undefined;
    throw error;
  }
}
