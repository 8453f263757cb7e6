import type { Pod, ReplicationController, ReplicationControllerStatus } from 'kubernetes-types/core/v1.js';
import { selectorFromMap } from '../../api/meta/label-selector.js';
import { timestamp } from '../../api/meta/time.js';
import type { Stored } from '../../api/object.js';
import { availableIn, isReady } from '../pod-state.js';

/** Why not all replicas could be made or removed. */
export interface ReplicaFailure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly error: unknown;
}

/** The status of a controller with these pods, and milliseconds until time alone changes it. */
export function replicationStatus(
  controller: Stored<ReplicationController>,
  pods: readonly Stored<Pod>[],
  failure: ReplicaFailure | undefined,
  now: number,
): { readonly status: ReplicationControllerStatus; readonly after: number } {
  const labelled = selectorFromMap(controller.spec?.template?.metadata?.labels ?? {});
  const waits = pods.map((pod) => availableIn(pod, controller.spec?.minReadySeconds ?? 0, now));
  const conditions = (controller.status?.conditions ?? []).filter(({ type }) => type !== 'ReplicaFailure');
  if (failure) conditions.push(failureCondition(controller, failure, now));
  const status: ReplicationControllerStatus = {
    replicas: pods.length,
    fullyLabeledReplicas: pods.filter((pod) => labelled.matches(pod.metadata.labels)).length,
    readyReplicas: pods.filter(isReady).length,
    availableReplicas: waits.filter((wait) => wait === 0).length,
    ...(controller.metadata.generation === undefined ? {} : { observedGeneration: controller.metadata.generation }),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
  return { status, after: Math.min(Infinity, ...waits.filter((wait) => wait > 0)) };
}

function failureCondition({ status }: Stored<ReplicationController>, { reason, error }: ReplicaFailure, now: number) {
  const old = status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
  // As Kubernetes: a failure that goes on keeps its first message, so that a message with a name in it is not written again and again.
  if (old?.status === 'True' && old.reason === reason) return old;
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'ReplicaFailure', status: 'True', reason, message, lastTransitionTime: timestamp(now) };
}
