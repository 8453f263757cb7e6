import type { Taint, Toleration } from 'kubernetes-types/core/v1.js';

/** Whether a toleration lets a pod live with a taint. An empty key with `Exists` tolerates all, an empty effect every effect. */
export function tolerates({ key, operator = 'Equal', value, effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return operator === 'Equal' && Boolean(key) && (value ?? '') === (taint.value ?? '');
}

/** The first of the taints with one of these effects that no toleration covers. */
export function untolerated(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly Taint['effect'][],
): Taint | undefined {
  return taints?.find((taint) => effects.includes(taint.effect) && !tolerations?.some((one) => tolerates(one, taint)));
}
