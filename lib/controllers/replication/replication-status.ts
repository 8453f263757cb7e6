import type { Pod } from 'kubernetes-types/core/v1.js';
import { selectorFromMap } from '../../api/meta/label-selector.js';
import { timestamp } from '../../api/meta/time.js';
import type { Stored } from '../../api/object.js';
import { availableIn, isReady } from '../pod-state.js';
import { sameValue } from '../same-value.js';
import type { Replicated, ReplicatedStatus } from './replicated-kind.js';

/** Why not all replicas could be made or removed. */
export interface ReplicaFailure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly error: unknown;
}

/** The pods of one object. */
export interface ReplicaCount {
  /** Those that count as its replicas. */
  readonly active: readonly Stored<Pod>[];
  /** Those that are being deleted; undefined where the status does not tell them. */
  readonly terminating?: number | undefined;
  readonly failure?: ReplicaFailure | undefined;
}

/** The status of an object with these pods, and milliseconds until time alone changes it. */
export function replicationStatus(
  object: Stored<Replicated>,
  { active, terminating, failure }: ReplicaCount,
  now: number,
): { readonly status: ReplicatedStatus; readonly after: number } {
  const labelled = selectorFromMap(object.spec?.template?.metadata?.labels ?? {});
  const waits = active.map((pod) => availableIn(pod, object.spec?.minReadySeconds ?? 0, now));
  const conditions = (object.status?.conditions ?? []).filter(({ type }) => type !== 'ReplicaFailure');
  if (failure) conditions.push(failureCondition(object, failure, now));
  const status: ReplicatedStatus = {
    replicas: active.length,
    fullyLabeledReplicas: active.filter((pod) => labelled.matches(pod.metadata.labels)).length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: waits.filter((wait) => wait === 0).length,
    ...(terminating === undefined ? {} : { terminatingReplicas: terminating }),
    ...(object.metadata.generation === undefined ? {} : { observedGeneration: object.metadata.generation }),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
  return { status, after: Math.min(Infinity, ...waits.filter((wait) => wait > 0)) };
}

/** Whether two statuses say the same; counts of zero may be stored as nothing. */
export function sameReplicationStatus(a: ReplicatedStatus | undefined, b: ReplicatedStatus): boolean {
  const whole = (status: ReplicatedStatus) => ({
    fullyLabeledReplicas: 0,
    readyReplicas: 0,
    availableReplicas: 0,
    observedGeneration: 0,
    ...status,
  });
  return a !== undefined && sameValue(whole(a), whole(b));
}

function failureCondition({ status }: Stored<Replicated>, { reason, error }: ReplicaFailure, now: number) {
  const old = status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
  // As Kubernetes: a failure that goes on keeps its first message, so that a message with a name in it is not written again and again.
  if (old?.status === 'True' && old.reason === reason) return old;
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'ReplicaFailure', status: 'True', reason, message, lastTransitionTime: timestamp(now) };
}
