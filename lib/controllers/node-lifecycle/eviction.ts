import type { Pod, Taint } from 'kubernetes-types/core/v1.js';
import { tolerates } from '../../api/core/taints.js';
import { parseTime } from '../../api/meta/time.js';
import { NOT_READY, UNREACHABLE } from './node-taints.js';

/** `tolerationSeconds` that Kubernetes' admission gives to pods which say nothing of these taints. */
const DEFAULT_TOLERATION_SECONDS = 300;

/** A taint that drives pods away, and since when, in milliseconds since 1970. */
export interface DrivingTaint {
  readonly taint: Taint;
  readonly since: number;
}

/** Remembers since when nodes have taints that do not say so themselves: people who set one leave `timeAdded` out. */
export class TaintTimes {
  readonly #seen = new Map<string, Map<string, number>>();

  /** The taints of a node that drive pods away. */
  driving(node: string, taints: readonly Taint[] | undefined, now: number): readonly DrivingTaint[] {
    const known = this.#seen.get(node);
    const seen = new Map<string, number>();
    const driving = drivingTaints(taints).map((taint) => {
      const id = `${taint.key}=${taint.value ?? ''}`;
      const added = parseTime(taint.timeAdded);
      const since = Number.isNaN(added) ? (known?.get(id) ?? now) : added;
      seen.set(id, since);
      return { taint, since };
    });
    if (seen.size > 0) this.#seen.set(node, seen);
    else this.#seen.delete(node);
    return driving;
  }

  forget(node: string): void {
    this.#seen.delete(node);
  }
}

/**
 * When a pod has to leave its node, in milliseconds since 1970: −Infinity at once, Infinity never.
 *
 * As in Kubernetes each taint must be tolerated, and the shortest `tolerationSeconds` counts from when taint and pod were both
 * there. For the two taints of nodes that do not answer, `unreachableFor` (milliseconds) stands in for the default toleration.
 */
export function evictionTime(pod: Pod, taints: readonly DrivingTaint[], unreachableFor: number): number {
  return taints.reduce((earliest, taint) => Math.min(earliest, evictionBy(taint, pod, unreachableFor)), Infinity);
}

function evictionBy({ taint, since }: DrivingTaint, pod: Pod, unreachableFor: number): number {
  const silent = taint.key === UNREACHABLE || taint.key === NOT_READY;
  const tolerations = (pod.spec?.tolerations ?? []).filter((one) => tolerates(one, taint));
  if (tolerations.length === 0 && !silent) return -Infinity;
  const seconds = tolerations.map((one) => Number(one.tolerationSeconds ?? Infinity));
  const shortest = seconds.length === 0 ? DEFAULT_TOLERATION_SECONDS : Math.max(0, Math.min(...seconds));
  const wait = silent && shortest === DEFAULT_TOLERATION_SECONDS ? unreachableFor : shortest * 1000;
  const created = parseTime(pod.metadata?.creationTimestamp);
  return (Number.isNaN(created) ? since : Math.max(since, created)) + wait;
}

const drivingTaints = (taints: readonly Taint[] | undefined) => (taints ?? []).filter(({ effect }) => effect === 'NoExecute');
