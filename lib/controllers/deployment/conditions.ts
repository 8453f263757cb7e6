import type { DeploymentCondition } from 'kubernetes-types/apps/v1.js';
import { timestamp } from '../../api/meta/time.js';

/** A condition without its times. */
export type NewCondition = Omit<DeploymentCondition, 'lastUpdateTime' | 'lastTransitionTime'>;

/** Conditions in the order in which they were set last. */
export type Conditions = readonly DeploymentCondition[];

/**
 * The list with this condition at its end. One that is there with the same status and reason stays as it is, whatever its message
 * says; `lastTransitionTime` is kept as long as the status is the same.
 */
export function withDeploymentCondition(conditions: Conditions, condition: NewCondition, now: number): Conditions {
  const old = conditions.find(({ type }) => type === condition.type);
  if (old?.status === condition.status && old.reason === condition.reason) return conditions;
  return renewed(conditions, condition, now);
}

/** The same, and its `lastUpdateTime` becomes `now` even if it is there already. */
export function renewed(conditions: Conditions, condition: NewCondition, now: number): Conditions {
  const old = conditions.find(({ type }) => type === condition.type);
  const lastUpdateTime = timestamp(now);
  const lastTransitionTime = old?.status === condition.status ? (old.lastTransitionTime ?? lastUpdateTime) : lastUpdateTime;
  return [...without(conditions, condition.type), { ...condition, lastUpdateTime, lastTransitionTime }];
}

/** The list without the condition of a type. */
export function without(conditions: Conditions, type: string): Conditions {
  return conditions.filter((condition) => condition.type !== type);
}
