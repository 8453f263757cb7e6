import type { ReplicaSet } from 'kubernetes-types/apps/v1.js';
import type { Stored } from '../../api/object.js';
import { maxReplicas } from './limits.js';
import type { Resize } from './resize.js';
import { DESIRED, MAXIMUM, numberIn } from './revisions.js';
import type { Rollout } from './rollout.js';
import { activeOf, allSets, isRollingUpdate, olderFirst, replicasOf, sizeOf, sum } from './rollout.js';

/** Whether `spec.replicas` has changed since its ReplicaSets got their sizes. */
export function isScaled(rollout: Rollout): boolean {
  const desired = replicasOf(rollout.deployment);
  return activeOf(allSets(rollout)).some((set) => (numberIn(set, DESIRED) ?? desired) !== desired);
}

/**
 * The sizes after a change of `spec.replicas`, and those of a paused Deployment. The only ReplicaSet with pods gets all; in the
 * midst of a rolling update each gets its share, so that a change of scale neither hastens the update nor takes it back.
 */
export function scaledSizes(rollout: Rollout): readonly Resize[] {
  const { deployment, current, old } = rollout;
  const only = onlyActiveOrNewest(rollout);
  if (only) return [{ set: only, size: replicasOf(deployment) }];
  if (current && isSaturated(rollout, current)) return activeOf(old).map((set) => ({ set, size: 0 }));
  return isRollingUpdate(deployment) ? proportionalSizes(rollout) : [];
}

function onlyActiveOrNewest(rollout: Rollout): Stored<ReplicaSet> | undefined {
  const active = activeOf(allSets(rollout));
  if (active.length > 1) return undefined;
  return active[0] ?? rollout.current ?? rollout.old.at(-1);
}

/** Whether the present ReplicaSet has all the pods, by its own account and that of the Deployment, and all are available. */
function isSaturated({ deployment }: Rollout, current: Stored<ReplicaSet>): boolean {
  const desired = replicasOf(deployment);
  return sizeOf(current) === desired && numberIn(current, DESIRED) === desired && (current.status?.availableReplicas ?? 0) === desired;
}

/** The largest first, as it gets what rounding leaves over; of equal ones the newer grow first, the older shrink first. */
function proportionalSizes(rollout: Rollout): readonly Resize[] {
  const { deployment } = rollout;
  const active = activeOf(allSets(rollout));
  const allowed = replicasOf(deployment) > 0 ? maxReplicas(deployment) : 0;
  const change = allowed - sum(active, sizeOf);
  const sorted = [...active].sort((a, b) => sizeOf(b) - sizeOf(a) || (change > 0 ? olderFirst(b, a) : olderFirst(a, b)));
  let left = change;
  const resizes = sorted.map((set) => {
    const wanted = shareOf(set, rollout) - sizeOf(set);
    const given = change > 0 ? Math.min(wanted, left) : change < 0 ? Math.max(wanted, left) : 0;
    left -= given;
    return { set, size: sizeOf(set) + given };
  });
  return resizes.map(({ set, size }, index) => ({ set, size: index === 0 ? Math.max(0, size + left) : size }));
}

/** The size that keeps the ReplicaSet's part of the whole. */
function shareOf(set: Stored<ReplicaSet>, { deployment }: Rollout): number {
  if (replicasOf(deployment) === 0) return 0;
  const whole = numberIn(set, MAXIMUM) || deployment.status?.replicas || sizeOf(set);
  return Math.round((sizeOf(set) * maxReplicas(deployment)) / whole);
}
