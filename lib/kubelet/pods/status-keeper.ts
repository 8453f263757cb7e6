import type { ContainerStatus, Pod, PodCondition, PodStatus } from 'kubernetes-types/core/v1.js';
import { conditionOf } from '../../api/meta/conditions.js';
import { timestamp } from '../../api/meta/time.js';
import type { Stored } from '../../api/object.js';
import type { PodProbes } from '../probes/pod-probes.js';
import { isOwnCondition } from '../status/pod-conditions.js';
import { podStatusOf } from '../status/pod-status.js';
import { same } from '../status/same.js';
import type { ActualPod } from './actual-pod.js';
import type { ContainerStarts } from './container-starts.js';
import { drainedStatus } from './drained-status.js';
import type { Waiting } from './plan.js';
import type { PodContext } from './pod-context.js';
import type { PodContainer } from './pod-spec.js';
import { isFinished } from './pod-spec.js';
import type { TerminationMessages } from './termination-messages.js';

/** What a status is to say besides what is seen. */
export interface StatusView {
  /** Why containers do not run, by name. */
  readonly waiting?: ReadonlyMap<string, Waiting>;
  /** No container will be started any more. */
  readonly final?: boolean;
  /** The kubelet's decision that the pod has failed. */
  readonly failure?: Waiting | undefined;
}

/** What a {@link StatusKeeper} takes. */
export interface StatusKeeperOptions {
  readonly context: PodContext;
  readonly pod: Stored<Pod> | undefined;
  /** Whether the pod has an object in the API. */
  readonly writable: boolean;
  readonly probes: PodProbes;
  readonly starts: ContainerStarts;
  readonly messages: TerminationMessages;
}

/** The status of one pod: makes it anew from what is seen, remembers it, and has it written where it differs. */
export class StatusKeeper {
  readonly startTime: string;
  readonly #options: StatusKeeperOptions;
  readonly #adopted: ReadonlyMap<string, ContainerStatus>;
  #status: PodStatus;
  /** What was last given to be written. */
  #written: PodStatus | undefined;

  constructor(options: StatusKeeperOptions) {
    this.#options = options;
    this.#status = options.pod?.status ?? {};
    this.#adopted = runningIn(this.#status);
    this.startTime = this.#status.startTime ?? timestamp(options.context.environment.now());
  }

  /** As last made, or as the API had it at first. */
  get status(): PodStatus {
    return this.#status;
  }

  get isReady(): boolean {
    return conditionOf(this.#status.conditions, 'Ready')?.status === 'True';
  }

  get isFinished(): boolean {
    return isFinished({ status: this.#status });
  }

  /** What a predecessor of this kubelet had found of a container that still runs. */
  adopted(containerId: string): { readonly ready: boolean; readonly started: boolean } | undefined {
    const status = this.#adopted.get(containerId);
    return status && { ready: status.ready, started: status.started === true };
  }

  of(name: string): ContainerStatus | undefined {
    const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = this.#status;
    return [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses].find((one) => one.name === name);
  }

  /** Somebody else may have said that the pod has ended: that stands. */
  observe(pod: Stored<Pod>): void {
    if (isFinished(pod) && !this.isFinished) this.#status = pod.status!;
  }

  /** Resolves when it is written. */
  show(pod: Stored<Pod>, actual: ActualPod, view: StatusView): Promise<void> {
    return this.#write(pod, this.#make(pod, actual, view));
  }

  /** The node does not take the pod. */
  reject(pod: Stored<Pod>, failure: Waiting): Promise<void> {
    return this.#write(pod, { ...this.#status, ...failure, phase: 'Failed', startTime: this.startTime });
  }

  /** The pod waits for the next kubelet, see {@link drainedStatus}. */
  drain(pod: Stored<Pod>, actual: ActualPod): Promise<void> {
    return this.#write(pod, drainedStatus(pod, this.#make(pod, actual, {}), this.#options.context.environment.now()));
  }

  #write(pod: Stored<Pod>, status: PodStatus): Promise<void> {
    const known = same(status, pod.status) && (this.#written === undefined || same(status, this.#written));
    this.#status = status;
    if (known || !this.#options.writable) return Promise.resolve();
    this.#written = status;
    return this.#options.context.statuses.write(pod, status);
  }

  #make(pod: Stored<Pod>, actual: ActualPod, { waiting = new Map<string, Waiting>(), final = false, failure }: StatusView): PodStatus {
    const { context, probes, starts, messages } = this.#options;
    // While its postStart hook runs, a container is not there for others yet.
    const isUp = ({ spec }: PodContainer) => !spec.lifecycle?.postStart || !starts.has(spec.name);
    return podStatusOf({
      pod,
      old: { ...pod.status, ...this.#status, conditions: merged(pod.status?.conditions, this.#status.conditions) },
      actual,
      waiting,
      failure,
      final,
      runtime: context.runtimeName,
      hostIPs: context.hostIPs,
      startTime: this.startTime,
      now: context.environment.now(),
      message: (record) => messages.of(record),
      ready: (container, record) => isUp(container) && probes.ready(record.id),
      started: (container, record) => isUp(container) && probes.started(record.id),
    });
  }
}

/** Conditions of others as the API has them, ours as we made them last. */
function merged(theirs: readonly PodCondition[] = [], own: readonly PodCondition[] = []): PodCondition[] {
  return [...theirs.filter(({ type }) => !isOwnCondition(type)), ...own.filter(({ type }) => isOwnCondition(type))];
}

function runningIn(status: PodStatus): ReadonlyMap<string, ContainerStatus> {
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return new Map(all.flatMap((one) => (one.state?.running && one.containerID ? [[one.containerID.replace(/^.*:\/\//, ''), one]] : [])));
}
