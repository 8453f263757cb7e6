import type { ContainerStatus, Pod, PodStatus } from 'kubernetes-types/core/v1.js';
import type { RuntimeContainer } from '../../runtime/container-runtime.js';
import type { ActualPod } from '../pods/actual-pod.js';
import type { Waiting } from '../pods/plan.js';
import type { PodContainer } from '../pods/pod-spec.js';
import { containersOf, restarts } from '../pods/pod-spec.js';
import { containerStatusOf } from './container-statuses.js';
import type { PodPhase } from './phase.js';
import { phaseOf } from './phase.js';
import { podConditionsOf } from './pod-conditions.js';

/** What a pod's status is made from. */
export interface PodStatusInput {
  readonly pod: Pod;
  /** The status before: the one last made, or the API's. */
  readonly old: PodStatus;
  readonly actual: ActualPod;
  /** Why containers do not run, by name. */
  readonly waiting: ReadonlyMap<string, Waiting>;
  /** The kubelet's own decision that the pod has failed. */
  readonly failure: Waiting | undefined;
  /** No container will be started any more. */
  readonly final: boolean;
  readonly runtime: string;
  readonly hostIPs: readonly string[];
  /** RFC 3339. */
  readonly startTime: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  message(record: RuntimeContainer): string | undefined;
  ready(container: PodContainer, record: RuntimeContainer): boolean;
  started(container: PodContainer, record: RuntimeContainer): boolean;
}

/** The status of a pod, as Kubernetes writes it. Keeps what belongs to others: their conditions, nominations, resource claims. */
export function podStatusOf(input: PodStatusInput): PodStatus {
  const { pod, old, failure, now } = input;
  const statuses = statusesOf(input);
  const initialized = hasRun(pod, statuses) || old.phase === 'Running';
  const phase = onwards(old.phase, failure ? 'Failed' : phaseOf(pod, { statuses, final: input.final, initialized }));
  const sandboxReady = input.actual.sandbox !== undefined;
  const { reason: _reason, message: _message, podIP: _podIP, podIPs: _podIPs, ...kept } = old;
  return {
    ...kept,
    phase,
    ...reasonOf(input, phase),
    conditions: podConditionsOf(pod, { phase, statuses, old: old.conditions ?? [], sandboxReady, initialized, now }),
    ...addresses(input),
    startTime: old.startTime ?? input.startTime,
    ...lists(pod, statuses),
  };
}

function statusesOf(input: PodStatusInput): Map<string, ContainerStatus> {
  const { pod, old, actual } = input;
  const before = [...(old.initContainerStatuses ?? []), ...(old.containerStatuses ?? []), ...(old.ephemeralContainerStatuses ?? [])];
  const pending = pod.spec?.initContainers?.length ? 'PodInitializing' : 'ContainerCreating';
  const known = new Map(before.map((status) => [status.name, status]));
  return new Map(
    containersOf(pod).map((container) => {
      const { name } = container.spec;
      const status = containerStatusOf({
        container,
        records: actual.everything.get(name) ?? [],
        old: known.get(name),
        waiting: input.final ? undefined : input.waiting.get(name),
        willRun: !input.final && restarts(pod, container, 137),
        pending,
        runtime: input.runtime,
        message: (record) => input.message(record),
        ready: (record) => input.ready(container, record),
        started: (record) => input.started(container, record),
      });
      return [name, status];
    }),
  );
}

function hasRun(pod: Pod, statuses: ReadonlyMap<string, ContainerStatus>): boolean {
  return (pod.spec?.containers ?? []).some(({ name }) => {
    const status = statuses.get(name);
    return status?.state?.running !== undefined || status?.state?.terminated !== undefined || status?.lastState?.terminated !== undefined;
  });
}

/** Phases only go forward: a pod that ended stays so, one that ran does not become pending again. */
function onwards(old: string | undefined, next: PodPhase): PodPhase {
  if (old === 'Succeeded' || old === 'Failed') return old;
  return old === 'Running' && next === 'Pending' ? 'Running' : next;
}

function reasonOf({ failure, old }: PodStatusInput, phase: PodPhase): Pick<PodStatus, 'reason' | 'message'> {
  if (failure && old.phase !== 'Succeeded') return failure;
  if (phase !== old.phase) return {};
  return { ...(old.reason === undefined ? {} : { reason: old.reason }), ...(old.message === undefined ? {} : { message: old.message }) };
}

function addresses({ pod, actual, hostIPs, old, final }: PodStatusInput): Pick<PodStatus, 'hostIP' | 'hostIPs' | 'podIP' | 'podIPs'> {
  const own = pod.spec?.hostNetwork ? hostIPs : (actual.sandbox?.ips ?? []);
  const ips = own.length > 0 || !final ? own : (old.podIPs ?? []).map(({ ip }) => ip ?? '');
  return {
    ...(hostIPs[0] === undefined ? {} : { hostIP: hostIPs[0], hostIPs: hostIPs.map((ip) => ({ ip })) }),
    ...(ips[0] === undefined ? {} : { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) }),
  };
}

/** Kubernetes orders regular containers by name, init containers as in the spec. */
function lists(pod: Pod, statuses: ReadonlyMap<string, ContainerStatus>) {
  const pick = (containers: readonly { name: string }[] | undefined) => (containers ?? []).map(({ name }) => statuses.get(name)!);
  const { initContainers, containers, ephemeralContainers } = pod.spec ?? {};
  return {
    ...(initContainers?.length ? { initContainerStatuses: pick(initContainers) } : {}),
    containerStatuses: pick(containers).sort((a, b) => (a.name < b.name ? -1 : 1)),
    ...(ephemeralContainers?.length ? { ephemeralContainerStatuses: pick(ephemeralContainers) } : {}),
  };
}
