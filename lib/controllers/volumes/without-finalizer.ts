import type { KubeObject } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { StatusError } from '../../api/status-error.js';
import type { ReconcileContext } from '../../controller/reconciler.js';

/** Removes a name from the finalizers of the object that is reconciled. An object that is gone is fine. */
export async function withoutFinalizer<T extends KubeObject>(
  definition: ResourceDefinition<T>,
  finalizer: string,
  context: ReconcileContext<T>,
): Promise<void> {
  try {
    await context.registry(definition).modify(
      context.name,
      (current) => ({
        ...current,
        metadata: { ...current.metadata, finalizers: (current.metadata.finalizers ?? []).filter((one) => one !== finalizer) },
      }),
      { signal: context.signal },
    );
  } catch (error) {
    if (!StatusError.is(error, 'NotFound')) throw error;
  }
}
