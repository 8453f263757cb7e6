import type { ContainerStatus, Pod, PodStatus } from 'kubernetes-types/core/v1.js';
import { podConditionsOf } from '../status/pod-conditions.js';
import type { PodPhase } from '../status/phase.js';
import { isSidecar } from './pod-spec.js';

/**
 * The status of a pod whose containers are ended because its kubelet goes, and which the next kubelet is to run again: what
 * ran waits now, without the id of a dead container, so that its next start is not taken for a restart after a crash.
 * Phase, restart counts, last states and what had ended by itself stay. Init containers run again in the new sandbox.
 */
export function drainedStatus(pod: Pod, status: PodStatus, now: number): PodStatus {
  const { podIP: _podIP, podIPs: _podIPs, ...kept } = status;
  const pending = pod.spec?.initContainers?.length ? 'PodInitializing' : 'ContainerCreating';
  const waits = (container: ContainerStatus) => waiting(container, pending);
  const isInit = new Set((pod.spec?.initContainers ?? []).filter((one) => !isSidecar(one)).map(({ name }) => name));
  const inits = status.initContainerStatuses?.map((one) => (isInit.has(one.name) || one.state?.running ? waits(one) : one));
  const containers = status.containerStatuses?.map((one) => (one.state?.running ? waits(one) : one));
  const statuses = new Map([...(inits ?? []), ...(containers ?? [])].map((one) => [one.name, one]));
  const phase = (status.phase ?? 'Pending') as PodPhase;
  return {
    ...kept,
    conditions: podConditionsOf(pod, { phase, statuses, old: status.conditions ?? [], sandboxReady: false, initialized: false, now }),
    ...(inits ? { initContainerStatuses: inits } : {}),
    ...(containers ? { containerStatuses: containers } : {}),
  };
}

function waiting({ containerID: _id, state: _state, ...status }: ContainerStatus, reason: string): ContainerStatus {
  return { ...status, state: { waiting: { reason } }, ready: false, started: false, imageID: '' };
}
