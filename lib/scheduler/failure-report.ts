import type { Pod, PodCondition } from 'kubernetes-types/core/v1.js';
import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import { conditionOf } from '../api/meta/conditions.js';
import { timestamp } from '../api/meta/time.js';
import { keyOf, nameOf } from '../api/object.js';
import type { Stored } from '../api/object.js';
import { StatusError } from '../api/status-error.js';
import type { EventRecorder } from '../controller/event-recorder.js';
import type { Registry } from '../registry/registry.js';

/** What a {@link FailureReport} is made with. */
export interface FailureReportOptions {
  readonly pods: Registry<Pod>;
  readonly events: EventRecorder;
  readonly environment: Environment;
  readonly log: Logger;
}

/** Tells users why a pod has no node: an event, and the condition `PodScheduled`. */
export class FailureReport {
  readonly #options: FailureReportOptions;

  constructor(options: FailureReportOptions) {
    this.#options = options;
  }

  /** Never rejects. The condition is written only when the pod does not say the same already. */
  async tell(pod: Stored<Pod>, reason: 'Unschedulable' | 'SchedulerError', message: string): Promise<void> {
    const { events, environment, log } = this.#options;
    events.event(pod, 'Warning', 'FailedScheduling', message);
    const old = conditionOf(pod.status?.conditions, 'PodScheduled');
    if (old?.status === 'False' && old.reason === reason && old.message === message) return;
    const condition: PodCondition = {
      type: 'PodScheduled',
      status: 'False',
      reason,
      message,
      lastTransitionTime: old?.status === 'False' && old.lastTransitionTime ? old.lastTransitionTime : timestamp(environment.now()),
    };
    try {
      const patch = { metadata: { uid: pod.metadata.uid }, status: { conditions: [condition] } };
      await this.#options.pods.subresource('status').patch(nameOf(pod), { type: 'strategic', patch });
    } catch (error) {
      // Deleted, or made anew under its name (Invalid, for the uid): nobody waits for this condition.
      const gone = StatusError.is(error, 'NotFound') || StatusError.is(error, 'Invalid');
      log[gone ? 'debug' : 'warn']('could not write why a pod is unschedulable', { pod: keyOf(pod), error });
    }
  }
}
