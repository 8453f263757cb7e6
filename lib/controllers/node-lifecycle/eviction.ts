import type { Pod, Taint } from 'kubernetes-types/core/v1.js';
import { tolerates } from '../../api/core/taints.js';
import { parseTime } from '../../api/meta/time.js';
import { NOT_READY, UNREACHABLE } from './node-taints.js';

/** `tolerationSeconds` that Kubernetes' admission gives to pods which say nothing of these taints. */
const DEFAULT_TOLERATION_SECONDS = 300;

/** The taints that drive pods away once they do not tolerate them any more. */
export const drivingTaints = (taints: readonly Taint[] | undefined): readonly Taint[] =>
  (taints ?? []).filter(({ effect }) => effect === 'NoExecute');

/**
 * When a pod has to leave its node, in milliseconds since 1970: −Infinity at once, Infinity never.
 *
 * As in Kubernetes each taint must be tolerated, and the shortest `tolerationSeconds` counts from when the taint was added. For
 * the two taints of nodes that do not answer, `unreachableFor` (milliseconds) stands in for the default toleration.
 */
export function evictionTime(pod: Pod, taints: readonly Taint[], unreachableFor: number): number {
  return taints.reduce((earliest, taint) => Math.min(earliest, evictionBy(taint, pod, unreachableFor)), Infinity);
}

function evictionBy(taint: Taint, pod: Pod, unreachableFor: number): number {
  const silent = taint.key === UNREACHABLE || taint.key === NOT_READY;
  const seconds = (pod.spec?.tolerations ?? []).filter((one) => tolerates(one, taint)).map((one) => one.tolerationSeconds ?? Infinity);
  if (seconds.length === 0 && !silent) return -Infinity;
  const shortest = seconds.length === 0 ? DEFAULT_TOLERATION_SECONDS : Math.max(0, Math.min(...seconds));
  const wait = silent && shortest === DEFAULT_TOLERATION_SECONDS ? unreachableFor : shortest * 1000;
  const added = parseTime(taint.timeAdded);
  return (Number.isNaN(added) ? 0 : added) + wait;
}
