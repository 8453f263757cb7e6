import type { Deployment, ReplicaSet } from 'kubernetes-types/apps/v1.js';
import { conditionOf } from '../../api/meta/conditions.js';
import { parseTime } from '../../api/meta/time.js';
import type { Stored } from '../../api/object.js';
import type { Conditions, NewCondition } from './conditions.js';
import { renewed, withDeploymentCondition, without } from './conditions.js';
import type { FullDeploymentStatus, Rollout } from './rollout.js';
import { replicasOf } from './rollout.js';

const PROGRESSING = 'Progressing';
const COMPLETE = 'NewReplicaSetAvailable';
const TIMED_OUT = 'ProgressDeadlineExceeded';
const PAUSED = 'DeploymentPaused';
/** `progressDeadlineSeconds` that says: never. */
const NEVER = 2 ** 31 - 1;

/** The reason of an event and a condition: a ReplicaSet could not be made. */
export const CREATE_ERROR = 'ReplicaSetCreateError';

/** A rollout, and its conditions as they have become so far. */
export interface Observed {
  readonly rollout: Rollout;
  readonly conditions: Conditions;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Whether all pods are of the present template and available, and no other is left.
 */
export function isComplete(deployment: Stored<Deployment>, status: FullDeploymentStatus | undefined): boolean {
  const replicas = replicasOf(deployment);
  const { updatedReplicas = 0, replicas: all = 0, availableReplicas = 0, observedGeneration = 0 } = status ?? {};
  const counted = [updatedReplicas, all, availableReplicas].every((count) => count === replicas);
  return counted && observedGeneration >= (deployment.metadata.generation ?? 0);
}

/** The conditions of a Deployment, with a note that it is paused, or goes on: the deadline does not run meanwhile. */
export function pausedConditions(deployment: Stored<Deployment>, now: number): Conditions {
  const conditions = deployment.status?.conditions ?? [];
  const reason = conditionOf(conditions, PROGRESSING)?.reason;
  const paused = deployment.spec?.paused ?? false;
  // A lack of progress that was told already stays told.
  if (!hasDeadline(deployment) || reason === TIMED_OUT || paused === (reason === PAUSED)) return conditions;
  const note = paused
    ? progressing('Unknown', PAUSED, 'Deployment is paused')
    : progressing('Unknown', 'DeploymentResumed', 'Deployment is resumed');
  return withDeploymentCondition(conditions, note, now);
}

/** A ReplicaSet was made for the present template. */
export function withCreated({ rollout, conditions, now }: Observed, created: Stored<ReplicaSet>): Conditions {
  const condition = progressing('True', 'NewReplicaSetCreated', `Created new replica set "${created.metadata.name}"`);
  return hasDeadline(rollout.deployment) ? withDeploymentCondition(conditions, condition, now) : conditions;
}

/** There is a ReplicaSet for the present template, and nothing is known of its progress yet. */
export function withFound({ rollout, conditions, now }: Observed, found: Stored<ReplicaSet>): Conditions {
  if (!hasDeadline(rollout.deployment) || conditionOf(conditions, PROGRESSING)) return conditions;
  const condition = progressing('True', 'FoundNewReplicaSet', `Found new replica set "${found.metadata.name}"`);
  return withDeploymentCondition(conditions, condition, now);
}

/** A ReplicaSet could not be made. */
export function withCreateError({ rollout, conditions, now }: Observed, message: string): Conditions {
  const condition = progressing('False', CREATE_ERROR, message);
  return hasDeadline(rollout.deployment) ? withDeploymentCondition(conditions, condition, now) : conditions;
}

/** The conditions with what the counts of `status` say of the progress since the last look. */
export function withProgress({ rollout, conditions, now }: Observed, status: FullDeploymentStatus): Conditions {
  const { deployment, current } = rollout;
  if (!hasDeadline(deployment)) return without(conditions, PROGRESSING);
  const condition = conditionOf(conditions, PROGRESSING);
  const subject = current ? `ReplicaSet "${current.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  // No rollout is under way: pods that come and go are no progress, and none is due.
  if ((status.replicas ?? 0) === (status.updatedReplicas ?? 0) && condition?.reason === COMPLETE) return conditions;
  if (isComplete(deployment, status))
    return withDeploymentCondition(conditions, progressing('True', COMPLETE, `${subject} has successfully progressed.`), now);
  if (hasProgressed(deployment.status, status))
    return renewed(conditions, progressing('True', 'ReplicaSetUpdated', `${subject} is progressing.`), now);
  if (timeLeft(deployment, conditions, now) <= 0)
    return withDeploymentCondition(conditions, progressing('False', TIMED_OUT, `${subject} has timed out progressing.`), now);
  return conditions;
}

/** Milliseconds until the Deployment has made no progress for too long, unless it makes some; Infinity when that is not awaited. */
export function deadlineIn(deployment: Stored<Deployment>, status: FullDeploymentStatus, now: number): number {
  if (deployment.spec?.paused || isComplete(deployment, status)) return Infinity;
  const left = timeLeft(deployment, status.conditions ?? [], now);
  return left > 0 ? left : Infinity;
}

/** Of the deadline, counted from the last progress; Infinity when it does not run; not above 0 when it has run out. */
function timeLeft(deployment: Stored<Deployment>, conditions: Conditions, now: number): number {
  const condition = conditionOf(conditions, PROGRESSING);
  if (!hasDeadline(deployment) || !condition || condition.reason === COMPLETE) return Infinity;
  if (condition.reason === TIMED_OUT) return 0;
  const since = parseTime(condition.lastUpdateTime);
  // One more, as the deadline itself is still in time.
  return Number.isNaN(since) ? Infinity : since + (deployment.spec?.progressDeadlineSeconds ?? 0) * 1000 + 1 - now;
}

/** New pods have come, become ready or available, or old ones have gone. */
function hasProgressed(
  before: FullDeploymentStatus | undefined,
  { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 }: FullDeploymentStatus,
): boolean {
  const old = { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0, ...before };
  return (
    updatedReplicas > old.updatedReplicas ||
    replicas - updatedReplicas < old.replicas - old.updatedReplicas ||
    readyReplicas > old.readyReplicas ||
    availableReplicas > old.availableReplicas
  );
}

function hasDeadline({ spec }: Stored<Deployment>): boolean {
  return spec?.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== NEVER;
}

const progressing = (status: string, reason: string, message: string): NewCondition => ({ type: PROGRESSING, status, reason, message });
