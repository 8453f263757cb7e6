import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status-error.js';
import type { KindsReconciler } from '../controller/kinds-controller.js';
import type { Reconciler, Verdict } from '../controller/reconciler.js';

/** Milliseconds until a key is looked at again after a conflict, should the cache not have moved on by then. */
const CACHE_BEHIND = 100;

/**
 * A reconciler that waits after a conflict. It writes what it has read from its cache, so a conflict says that the cache is
 * behind: the same again at once would meet the same conflict, as fast as the processor can, until the cache has caught up.
 */
export function patient<T extends KubeObject, W extends KubeObject, R extends KubeObject>(
  reconciler: Reconciler<T, W, R>,
): Reconciler<T, W, R> {
  return {
    reconcile: (object, context) => afterConflict(() => reconciler.reconcile(object, context)),
    gone: (name, context) => afterConflict(async () => reconciler.gone?.(name, context)),
  };
}

/** {@link patient} for a reconciler of many kinds. */
export function patientForKinds(reconciler: KindsReconciler): KindsReconciler {
  return {
    reconcile: (object, context) => afterConflict(() => reconciler.reconcile(object, context)),
    gone: (name, context) => afterConflict(async () => reconciler.gone?.(name, context)),
  };
}

async function afterConflict(work: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await work();
  } catch (error) {
    if (StatusError.is(error, 'Conflict')) return { after: CACHE_BEHIND };
    throw error;
  }
}
