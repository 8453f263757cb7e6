import type { ReplicaSet } from 'kubernetes-types/apps/v1.js';
import type { Stored } from '../../api/object.js';
import type { Resize } from './resize.js';
import type { Rollout } from './rollout.js';
import { activeOf, replicasOf, sizeOf, terminatingOf } from './rollout.js';

/** The next step of a Deployment that lets all old pods end before it makes new ones. Nothing when it has to wait, or is done. */
export function recreateStep({ deployment, current, old }: Rollout): readonly Resize[] {
  const active = activeOf(old);
  if (active.length > 0) return active.map((set) => ({ set, size: 0 }));
  const size = replicasOf(deployment);
  return current && sizeOf(current) !== size && old.every(isIdle) ? [{ set: current, size }] : [];
}

/** Whether no old pod is left, not even one that is ending. */
export const isClear = ({ old }: Rollout): boolean => old.every(isIdle);

function isIdle(set: Stored<ReplicaSet>): boolean {
  const { generation = 0 } = set.metadata;
  const { observedGeneration = 0, replicas = 0 } = set.status ?? {};
  return sizeOf(set) === 0 && replicas === 0 && (terminatingOf(set) ?? 0) === 0 && observedGeneration >= generation;
}
