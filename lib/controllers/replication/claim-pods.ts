import type { Pod, ReplicationController } from 'kubernetes-types/core/v1.js';
import { selectorFromMap } from '../../api/meta/label-selector.js';
import { ownerReference } from '../../api/meta/owner-references.js';
import { nameOf } from '../../api/object.js';
import type { Stored } from '../../api/object.js';
import { pods } from '../../api/core/pods.js';
import { StatusError } from '../../api/status-error.js';
import type { ReconcileContext } from '../../controller/reconciler.js';
import { orphanedPods, podsOwnedBy } from '../pod-indexes.js';
import { isActive } from '../pod-state.js';

/**
 * The active pods of a controller. Those without an owner that its selector matches are adopted; its own that the selector does
 * not match any more are released. A controller that is being deleted does neither.
 */
export async function claimPods(
  controller: Stored<ReplicationController>,
  context: ReconcileContext<ReplicationController>,
  wrote: (pod: Stored<Pod>) => void,
): Promise<readonly Stored<Pod>[]> {
  const cache = context.cache(pods);
  const selector = selectorFromMap(controller.spec?.selector);
  const owned = podsOwnedBy(cache, controller.metadata.uid).filter(isActive);
  const matching = owned.filter((pod) => selector.matches(pod.metadata.labels));
  if (controller.metadata.deletionTimestamp) return matching;
  const released = owned.filter((pod) => !selector.matches(pod.metadata.labels));
  const orphans = orphanedPods(cache, controller.metadata.namespace ?? '').filter(
    (pod) => isActive(pod) && selector.matches(pod.metadata.labels),
  );
  await Promise.all(released.map((pod) => change(pod, { $patch: 'delete', uid: controller.metadata.uid }, context, wrote)));
  return [...matching, ...(await adopt(orphans, controller, context, wrote))];
}

async function adopt(
  orphans: readonly Stored<Pod>[],
  controller: Stored<ReplicationController>,
  context: ReconcileContext<ReplicationController>,
  wrote: (pod: Stored<Pod>) => void,
): Promise<readonly Stored<Pod>[]> {
  if (orphans.length === 0) return [];
  // The cache may be behind: a controller that is being deleted must not take pods with it.
  const fresh = await context.fresh();
  if (fresh?.metadata.uid !== controller.metadata.uid || fresh.metadata.deletionTimestamp) return [];
  const reference = ownerReference(controller, { controller: true, blockOwnerDeletion: true });
  const adopted = await Promise.all(orphans.map((pod) => change(pod, reference, context, wrote)));
  return adopted.filter((pod) => pod !== undefined);
}

/** Patches one owner reference; undefined when the pod is gone, or another one has its name now (Invalid, for the uid). */
async function change(
  pod: Stored<Pod>,
  reference: object,
  context: ReconcileContext<ReplicationController>,
  wrote: (pod: Stored<Pod>) => void,
): Promise<Stored<Pod> | undefined> {
  try {
    const patch = { metadata: { uid: pod.metadata.uid, ownerReferences: [reference] } };
    const changed = await context.registry(pods).patch(nameOf(pod), { type: 'strategic', patch }, { signal: context.signal });
    wrote(changed);
    return changed;
  } catch (error) {
    if (StatusError.is(error, 'NotFound') || StatusError.is(error, 'Invalid')) return undefined;
    throw error;
  }
}
