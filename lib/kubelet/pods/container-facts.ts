import type { ContainerStatus } from 'kubernetes-types/core/v1.js';
import { parseTime } from '../../api/meta/time.js';
import type { RuntimeContainer } from '../../runtime/container-runtime.js';

/** What is known of a container: from the runtime, and where that has forgotten it, from the status that was last written. */
export interface ContainerFacts {
  readonly state: 'none' | 'created' | 'running' | 'exited';
  /** What the runtime has; absent: nothing (any more). */
  readonly record?: RuntimeContainer | undefined;
  /** Set once exited. */
  readonly exitCode?: number | undefined;
  /** Milliseconds since 1970; unset when nobody saw it end. */
  readonly finishedAt?: number | undefined;
  /** The number that its next start bears. */
  readonly nextAttempt: number;
}

/** Exit code of a container that ran and is not to be found any more. */
export const LOST_EXIT_CODE = 137;

/**
 * Facts about one container.
 *
 * | runtime | status last written | facts |
 * |---|---|---|
 * | has it | – | its state |
 * | – | running | exited with 137: it was lost |
 * | – | terminated | exited as written |
 * | – | waiting, with the id of a dead container | exited as its last state says |
 * | – | waiting, without an id | none: never started, or let go of on purpose; the restart count stands |
 */
export function factsOf(record: RuntimeContainer | undefined, status: ContainerStatus | undefined): ContainerFacts {
  return record ? fromRecord(record) : fromStatus(status);
}

function fromRecord(record: RuntimeContainer): ContainerFacts {
  const { state, attempt } = record;
  if (state === 'exited')
    return { state, record, exitCode: record.exitCode ?? LOST_EXIT_CODE, finishedAt: record.finishedAt, nextAttempt: attempt + 1 };
  return { state, record, nextAttempt: state === 'created' ? attempt : attempt + 1 };
}

function fromStatus(status: ContainerStatus | undefined): ContainerFacts {
  if (!status) return { state: 'none', nextAttempt: 0 };
  const nextAttempt = status.restartCount + 1;
  if (status.state?.running) return { state: 'exited', exitCode: LOST_EXIT_CODE, nextAttempt };
  const ended = status.state?.terminated ?? (status.containerID ? status.lastState?.terminated : undefined);
  if (!ended) return { state: 'none', nextAttempt: status.restartCount };
  const finishedAt = parseTime(ended.finishedAt);
  return { state: 'exited', exitCode: ended.exitCode, finishedAt: Number.isNaN(finishedAt) ? undefined : finishedAt, nextAttempt };
}
