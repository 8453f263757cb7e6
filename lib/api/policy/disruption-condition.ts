import type { Condition } from 'kubernetes-types/meta/v1.js';
import type { PodDisruptionBudgetStatus } from 'kubernetes-types/policy/v1.js';
import { withCondition } from '../meta/conditions.js';

/** Why no disruption is allowed, or why that is not known. */
export type DisruptionReason = Pick<Condition, 'status' | 'reason' | 'message'>;

/** The status with a condition `DisruptionAllowed` that says what `disruptionsAllowed` says, or `why` not. */
export function withDisruptionCondition(
  status: PodDisruptionBudgetStatus,
  why: DisruptionReason | undefined,
  nowMs: number,
): PodDisruptionBudgetStatus {
  const { observedGeneration } = status;
  const counted: DisruptionReason =
    status.disruptionsAllowed > 0
      ? { status: 'True', reason: 'SufficientPods', message: '' }
      : { status: 'False', reason: 'InsufficientPods', message: '' };
  const condition = {
    type: 'DisruptionAllowed',
    ...(why ?? counted),
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
  } as Condition; // its time is put in with it
  return { ...status, conditions: [...withCondition(status.conditions, condition, nowMs)] };
}
