import type { ReplicaSet } from 'kubernetes-types/apps/v1.js';
import type { Stored } from '../../api/object.js';
import { maxReplicas, minAvailable } from './limits.js';
import type { Resize } from './resize.js';
import type { Rollout } from './rollout.js';
import { activeOf, allSets, availableOf, isRollingUpdate, presentOf, replicasOf, sizeOf, sum } from './rollout.js';

/**
 * The next step of a rolling update: the present ReplicaSet grows as far as the surge allows; otherwise old ones shrink as far as
 * enough pods stay available. Nothing when it has to wait, or is done.
 */
export function rollingUpdateStep(rollout: Rollout, current: Stored<ReplicaSet>): readonly Resize[] {
  const size = currentSize(rollout, current);
  return size === sizeOf(current) ? shrink(rollout, current) : [{ set: current, size }];
}

/** The size that the ReplicaSet of a new template begins with. */
export function firstSize({ deployment, old }: Rollout): number {
  const replicas = replicasOf(deployment);
  return isRollingUpdate(deployment) ? Math.max(0, Math.min(replicas, maxReplicas(deployment) - sum(old, presentOf))) : replicas;
}

function currentSize(rollout: Rollout, current: Stored<ReplicaSet>): number {
  const { deployment } = rollout;
  const size = sizeOf(current);
  const missing = replicasOf(deployment) - size;
  if (missing <= 0) return size + missing;
  return size + Math.max(0, Math.min(missing, maxReplicas(deployment) - sum(allSets(rollout), presentOf)));
}

/** Pods that are not available go first, wherever they are: they would block the update. Then those of the oldest ReplicaSets. */
function shrink(rollout: Rollout, current: Stored<ReplicaSet>): readonly Resize[] {
  const { deployment, old } = rollout;
  const all = allSets(rollout);
  const enough = minAvailable(deployment);
  // Pods of the present template that are not available yet must not cost an old one its place.
  const spare = sum(all, sizeOf) - enough - (sizeOf(current) - availableOf(current));
  if (spare <= 0) return [];
  const sizes = new Map(activeOf(old).map((set) => [set, sizeOf(set)]));
  take(sizes, spare, (set) => sizeOf(set) - availableOf(set));
  take(sizes, sum(all, availableOf) - enough, (_, size) => size);
  return [...sizes].map(([set, size]) => ({ set, size })).filter(({ set, size }) => size !== sizeOf(set));
}

/** Takes at most `count` off the sizes in their order, from each at most what it can spare. */
function take(sizes: Map<Stored<ReplicaSet>, number>, count: number, spared: (set: Stored<ReplicaSet>, size: number) => number): void {
  let left = count;
  for (const [set, size] of sizes) {
    const taken = Math.max(0, Math.min(left, spared(set, size)));
    sizes.set(set, size - taken);
    left -= taken;
  }
}
