import type { Container, ContainerStatus, Pod } from 'kubernetes-types/core/v1.js';
import { humanAge } from '../meta/time.js';

/** What a table says of how a pod does. */
export interface PodRow {
  /** `1/2` */
  readonly ready: string;
  /** One word: the first thing that matters. */
  readonly status: string;
  /** `3 (45m ago)` */
  readonly restarts: string;
}

interface Tally {
  reason: string;
  ready: number;
  restarts: number;
  /** When a container last ended, as text: such times sort as they stand. */
  lastEnd: string;
}

/** Sums up the containers of a pod as Kubernetes does for `kubectl get pods`. */
export function podRow(pod: Pod, now: number): PodRow {
  const { spec, status } = pod;
  const sidecars = new Set((spec?.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const tally: Tally = { reason: firstReason(pod), ready: 0, restarts: 0, lastEnd: '' };
  const initializing = countInit(pod, sidecars, tally);
  if (!initializing || isTrue(pod, 'Initialized')) {
    const ofSidecars = (status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name));
    tally.restarts = 0;
    tally.lastEnd = '';
    for (const container of ofSidecars) countRestarts(container, tally);
    countContainers(pod, tally);
  }
  const again =
    tally.restarts > 0 && tally.lastEnd !== '' ? `${tally.restarts} (${humanAge(tally.lastEnd, now)} ago)` : String(tally.restarts);
  return {
    ready: `${tally.ready}/${(spec?.containers ?? []).length + sidecars.size}`,
    status: lastReason(pod, tally.reason),
    restarts: again,
  };
}

const isSidecar = ({ restartPolicy }: Container) => restartPolicy === 'Always';

function isTrue({ status }: Pod, type: string): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
}

function firstReason({ status }: Pod): string {
  const gated = status?.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated');
  return gated ? 'SchedulingGated' : status?.reason || (status?.phase ?? '');
}

/** Whether an init container has still to do its work; the reason then tells of it. */
function countInit({ spec, status }: Pod, sidecars: ReadonlySet<string>, tally: Tally): boolean {
  const total = spec?.initContainers?.length ?? 0;
  for (const [index, container] of (status?.initContainerStatuses ?? []).entries()) {
    countRestarts(container, tally);
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecars.has(container.name) && container.started) {
      if (container.ready) tally.ready += 1;
      continue;
    }
    if (terminated) tally.reason = `Init:${ended(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') tally.reason = `Init:${waiting.reason}`;
    else tally.reason = `Init:${index}/${total}`;
    return true;
  }
  return false;
}

function countContainers(pod: Pod, tally: Tally): void {
  let running = false;
  for (const container of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    countRestarts(container, tally);
    const { waiting, terminated, running: runs } = container.state ?? {};
    if (waiting?.reason) tally.reason = waiting.reason;
    else if (terminated) tally.reason = ended(terminated);
    else if (container.ready && runs) {
      running = true;
      tally.ready += 1;
    }
  }
  if (tally.reason === 'Completed' && running) tally.reason = isTrue(pod, 'Ready') ? 'Running' : 'NotReady';
}

function countRestarts({ restartCount, lastState }: ContainerStatus, tally: Tally): void {
  tally.restarts += restartCount;
  const end = lastState?.terminated?.finishedAt;
  if (end && end > tally.lastEnd) tally.lastEnd = end;
}

function ended({ reason, signal, exitCode }: { reason?: string; signal?: number; exitCode: number }): string {
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
}

function lastReason({ metadata, status }: Pod, reason: string): string {
  if (!metadata?.deletionTimestamp) return reason;
  if (status?.reason === 'NodeLost') return 'Unknown';
  return status?.phase === 'Succeeded' || status?.phase === 'Failed' ? reason : 'Terminating';
}
