import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1.js';
import type { PodContainer } from '../pods/pod-spec.js';
import { containersOf, restarts } from '../pods/pod-spec.js';

/** A pod's phase, in the API's words. */
export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** What {@link phaseOf} goes by besides the spec. */
export interface PhaseFacts {
  /** Of all containers but the ephemeral ones. */
  readonly statuses: ReadonlyMap<string, ContainerStatus>;
  /** No container will be started any more, whatever the restart policy says. */
  readonly final: boolean;
  /** A regular container has run: what initializes does not make the pod pending any more. */
  readonly initialized: boolean;
}

type Standing = 'unknown' | 'waiting' | 'running' | 'stopped';

/** The phase that Kubernetes gives a pod with these container statuses. */
export function phaseOf(pod: Pod, facts: PhaseFacts): PodPhase {
  const all = containersOf(pod);
  const inits = all.filter(({ kind }) => kind === 'init').map((one) => initStanding(pod, one, facts.statuses.get(one.spec.name)));
  if (inits.includes('failed')) return 'Failed';
  const sidecars = all.filter(({ kind }) => kind === 'sidecar').map(({ spec }) => facts.statuses.get(spec.name));
  if (inits.includes('pending') || (!facts.initialized && sidecars.some(isStarting))) return 'Pending';
  return regularPhase(pod, facts, sidecars);
}

function regularPhase(pod: Pod, { statuses, final }: PhaseFacts, sidecars: readonly (ContainerStatus | undefined)[]): PodPhase {
  const regular = containersOf(pod).filter(({ kind }) => kind === 'regular');
  const standings = regular.map(({ spec }) => standingOf(statuses.get(spec.name)));
  const running = standings.includes('running') || sidecars.some((status) => status?.state?.running);
  const awaited = sidecars.some((status) => standingOf(status) === 'waiting');
  if (standings.includes('waiting') || standings.includes('unknown') || awaited) return 'Pending';
  if (running) return 'Running';
  if (!standings.includes('stopped')) return 'Pending';
  const codes = regular.map((one) => ({ one, code: endOf(statuses.get(one.spec.name))?.exitCode ?? 0 }));
  if (!final && codes.some(({ one, code }) => restarts(pod, one, code))) return 'Running';
  return codes.every(({ code }) => code === 0) ? 'Succeeded' : 'Failed';
}

function initStanding(pod: Pod, container: PodContainer, status: ContainerStatus | undefined): 'done' | 'pending' | 'failed' | 'retrying' {
  const end = status?.state?.running ? undefined : endOf(status);
  if (!end) return 'pending';
  if (end.exitCode === 0) return status?.state?.terminated ? 'done' : 'pending';
  return restarts(pod, container, end.exitCode) ? 'retrying' : 'failed';
}

function isStarting(status: ContainerStatus | undefined): boolean {
  if (status?.state?.running) return status.started !== true;
  return !endOf(status);
}

function standingOf(status: ContainerStatus | undefined): Standing {
  if (!status?.state) return 'unknown';
  if (status.state.running) return 'running';
  if (endOf(status)) return 'stopped';
  return status.state.waiting ? 'waiting' : 'unknown';
}

/** How the container ended last, if it does not run now. */
function endOf(status: ContainerStatus | undefined) {
  return status?.state?.terminated ?? (status?.state?.waiting ? status.lastState?.terminated : undefined);
}
