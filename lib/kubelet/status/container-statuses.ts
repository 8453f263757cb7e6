import type { ContainerState, ContainerStateTerminated, ContainerStatus } from 'kubernetes-types/core/v1.js';
import { timestamp } from '../../api/meta/time.js';
import type { RuntimeContainer } from '../../runtime/container-runtime.js';
import { LOST_EXIT_CODE } from '../pods/container-facts.js';
import type { Waiting } from '../pods/plan.js';
import type { PodContainer } from '../pods/pod-spec.js';

/** What the status of one container is made from. */
export interface ContainerStatusInput {
  readonly container: PodContainer;
  /** Of this name, oldest first. */
  readonly records: readonly RuntimeContainer[];
  /** The status that was last written. */
  readonly old: ContainerStatus | undefined;
  /** Why it does not run. */
  readonly waiting: Waiting | undefined;
  /** Whether a container that is gone without a trace will be started again. */
  readonly willRun: boolean;
  /** Reason of containers that nothing is known of yet. */
  readonly pending: 'ContainerCreating' | 'PodInitializing';
  /** Name of the runtime, for container ids such as `docker://1234`. */
  readonly runtime: string;
  /** Text that the container left behind on its end. */
  message(record: RuntimeContainer): string | undefined;
  ready(record: RuntimeContainer): boolean;
  started(record: RuntimeContainer): boolean;
}

/** The status of one container. */
export function containerStatusOf(input: ContainerStatusInput): ContainerStatus {
  const current = input.records.at(-1);
  return withWaiting(current ? fromRecord(input, current) : withoutRecord(input), input);
}

function fromRecord(input: ContainerStatusInput, record: RuntimeContainer): ContainerStatus {
  const { spec, kind } = input.container;
  const state = stateOf(input, record);
  const previous = input.records.at(-2);
  const lastState = previous ? stateOf(input, previous) : lastStateOf(input.old, idOf(input, record));
  const running = state.running !== undefined;
  const started = running && input.started(record);
  return {
    name: spec.name,
    state,
    ...(lastState?.terminated ? { lastState } : {}),
    ready: kind === 'init' ? state.terminated?.exitCode === 0 : kind !== 'ephemeral' && started && input.ready(record),
    restartCount: record.attempt,
    image: record.image,
    imageID: record.imageId,
    containerID: idOf(input, record),
    ...(kind === 'ephemeral' ? {} : { started }),
  };
}

/** Nothing in the runtime: it was not started yet, or its remains are gone. */
function withoutRecord({ container, old, pending, willRun }: ContainerStatusInput): ContainerStatus {
  const { name, image } = container.spec;
  if (old?.state?.terminated) return old;
  const waiting: ContainerStatus = {
    name,
    state: { waiting: { reason: pending } },
    ...(old?.lastState?.terminated ? { lastState: old.lastState } : {}),
    ready: false,
    restartCount: old?.restartCount ?? 0,
    image: image ?? '',
    imageID: '',
    ...(container.kind === 'ephemeral' ? {} : { started: false }),
  };
  if (!old?.state?.running) return old?.containerID ? { ...waiting, containerID: old.containerID } : waiting;
  const lost: ContainerState = { terminated: lostState(old) };
  const id = old.containerID === undefined ? {} : { containerID: old.containerID };
  return willRun ? { ...waiting, ...id, lastState: lost } : { ...waiting, ...id, state: lost };
}

function lostState(old: ContainerStatus): ContainerStateTerminated {
  return {
    exitCode: LOST_EXIT_CODE,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was looked at. The container used to be Running',
    ...(old.containerID === undefined ? {} : { containerID: old.containerID }),
  };
}

/** A container that cannot be started now is waiting, and what it was before is its last state. */
function withWaiting(status: ContainerStatus, { waiting }: ContainerStatusInput): ContainerStatus {
  if (!waiting || status.state?.running) return status;
  const ended = status.state?.terminated;
  return { ...status, ready: false, state: { waiting: { ...waiting } }, ...(ended ? { lastState: { terminated: ended } } : {}) };
}

function stateOf(input: ContainerStatusInput, record: RuntimeContainer): ContainerState {
  if (record.state === 'created') return { waiting: { reason: input.pending } };
  const startedAt = record.startedAt === undefined ? {} : { startedAt: timestamp(record.startedAt) };
  if (record.state === 'running') return { running: startedAt };
  const exitCode = record.exitCode ?? LOST_EXIT_CODE;
  const message = input.message(record);
  return {
    terminated: {
      exitCode,
      reason: record.oomKilled ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error',
      ...(record.signal === undefined ? {} : { signal: record.signal }),
      ...(message ? { message } : {}),
      ...startedAt,
      ...(record.finishedAt === undefined ? {} : { finishedAt: timestamp(record.finishedAt) }),
      containerID: idOf(input, record),
    },
  };
}

/** The last state of a container whose predecessor the runtime has forgotten. */
function lastStateOf(old: ContainerStatus | undefined, id: string): ContainerState | undefined {
  if (!old || old.containerID === id) return old?.lastState;
  return old.state?.terminated ? { terminated: old.state.terminated } : old.state?.running ? { terminated: lostState(old) } : old.lastState;
}

function idOf({ runtime }: ContainerStatusInput, record: RuntimeContainer): string {
  return `${runtime}://${record.id}`;
}
