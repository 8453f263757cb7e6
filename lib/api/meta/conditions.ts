import { timestamp } from './time.js';

/** What the conditions of all kinds have in common. */
export interface ConditionLike {
  readonly type: string;
  /** `True`, `False` or `Unknown`. */
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** The condition of a type, if there is one. */
export function conditionOf<C extends ConditionLike>(list: readonly C[] | undefined | null, type: string): C | undefined {
  return list?.find((condition) => condition.type === type);
}

/**
 * A list in which `condition` replaces the one of its type, or is added. `lastTransitionTime` becomes `nowMs` only when the status
 * changes. Gives the same list when nothing changes, so that callers can skip the write.
 */
export function withCondition<C extends ConditionLike>(list: readonly C[] | undefined | null, condition: C, nowMs: number): readonly C[] {
  const conditions = list ?? [];
  const old = conditionOf(conditions, condition.type);
  const lastTransitionTime =
    old && old.status === condition.status
      ? (old.lastTransitionTime ?? timestamp(nowMs))
      : (condition.lastTransitionTime ?? timestamp(nowMs));
  const next: C = { ...condition, lastTransitionTime };
  if (!old) return [...conditions, next];
  return same(old, next) ? conditions : conditions.map((one) => (one === old ? next : one));
}

function same(a: object, b: object): boolean {
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = new Map(Object.entries(b).filter(([, value]) => value !== undefined));
  return left.length === right.size && left.every(([key, value]) => right.get(key) === value);
}
