import type { DeploymentCondition } from 'kubernetes-types/apps/v1.js';
import { conditionOf } from '../../api/meta/conditions.js';
import { sameValue } from '../same-value.js';
import type { Conditions, NewCondition } from './conditions.js';
import { withDeploymentCondition, without } from './conditions.js';
import { minAvailable } from './limits.js';
import type { Observed } from './progress.js';
import { withProgress } from './progress.js';
import type { FullDeploymentStatus, Rollout } from './rollout.js';
import { allSets, isRollingUpdate, replicasOf, sizeOf, sum, terminatingOf } from './rollout.js';

const FAILURE = 'ReplicaFailure';

/** The status of a Deployment that is not in a rollout: its counts, and whether enough pods are available. */
export function countedStatus({ rollout, conditions, now }: Observed): FullDeploymentStatus {
  const { deployment, current } = rollout;
  const sets = allSets(rollout);
  const available = sum(sets, ({ status }) => status?.availableReplicas);
  const terminating = terminatingReplicas(rollout);
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: sum(sets, ({ status }) => status?.replicas),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: sum(sets, ({ status }) => status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(sets, sizeOf) - available),
    ...(terminating === undefined ? {} : { terminatingReplicas: terminating }),
    ...(deployment.status?.collisionCount === undefined ? {} : { collisionCount: deployment.status.collisionCount }),
    conditions: [...withDeploymentCondition(conditions, availability(rollout, available), now)],
  };
}

/** The status of a Deployment in a rollout: with its progress, and why pods cannot be made or removed. */
export function rolloutStatus(observed: Observed): FullDeploymentStatus {
  const status = countedStatus(observed);
  const conditions = withProgress({ ...observed, conditions: status.conditions ?? [] }, status);
  return { ...status, conditions: [...withFailure(observed, conditions)] };
}

/** Whether two statuses say the same; counts of zero may be stored as nothing. */
export function sameDeploymentStatus(a: FullDeploymentStatus | undefined, b: FullDeploymentStatus): boolean {
  const whole = (status: FullDeploymentStatus) => ({
    observedGeneration: 0,
    replicas: 0,
    updatedReplicas: 0,
    readyReplicas: 0,
    availableReplicas: 0,
    unavailableReplicas: 0,
    ...status,
  });
  return sameValue(whole(a ?? {}), whole(b));
}

/** Undefined as long as one that was seen by its controller has not told. */
function terminatingReplicas(rollout: Rollout): number | undefined {
  const seen = allSets(rollout).filter((set) => set.status?.observedGeneration || terminatingOf(set) !== undefined);
  return seen.every((set) => terminatingOf(set) !== undefined) ? sum(seen, terminatingOf) : undefined;
}

function availability({ deployment }: Rollout, available: number): NewCondition {
  const enough = isRollingUpdate(deployment) ? minAvailable(deployment) : replicasOf(deployment);
  return available >= enough
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

/** The failure of a ReplicaSet becomes that of its Deployment; the present one comes before old ones. */
function withFailure({ rollout, now }: Observed, conditions: Conditions): Conditions {
  const { current, old } = rollout;
  const failures = [current, ...old].map((set) => conditionOf(set?.status?.conditions, FAILURE));
  const failure = failures.find((one) => one !== undefined);
  if (!failure) return without(conditions, FAILURE);
  const { lastTransitionTime, ...condition } = failure;
  const changed = withDeploymentCondition(conditions, condition, now);
  return changed === conditions ? conditions : changed.map((one) => (one.type === FAILURE ? timed(one, lastTransitionTime) : one));
}

function timed(condition: DeploymentCondition, time: string | undefined): DeploymentCondition {
  return time === undefined ? condition : { ...condition, lastUpdateTime: time, lastTransitionTime: time };
}
