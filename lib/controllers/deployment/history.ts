import type { ReplicaSet } from 'kubernetes-types/apps/v1.js';
import type { Stored } from '../../api/object.js';
import { revisionOf } from './revisions.js';
import type { Rollout } from './rollout.js';
import { olderFirst, sizeOf } from './rollout.js';

/** `revisionHistoryLimit` that says: keep all. */
const ALL = 2 ** 31 - 1;

/** Old ReplicaSets beyond `revisionHistoryLimit`, of the lowest revisions; one that has pods, or may get some, stays. */
export function expiredSets({ deployment, old }: Rollout): readonly Stored<ReplicaSet>[] {
  const limit = deployment.spec?.revisionHistoryLimit ?? ALL;
  if (limit === ALL) return [];
  const alive = old.filter(({ metadata }) => !metadata.deletionTimestamp);
  const lowestFirst = [...alive].sort((a, b) => revisionOf(a) - revisionOf(b) || olderFirst(a, b));
  return lowestFirst.slice(0, Math.max(0, alive.length - limit)).filter(isEmpty);
}

function isEmpty(set: Stored<ReplicaSet>): boolean {
  const { replicas = 0, observedGeneration = 0 } = set.status ?? {};
  return sizeOf(set) === 0 && replicas === 0 && observedGeneration >= (set.metadata.generation ?? 0);
}
