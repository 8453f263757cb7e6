import type { Pod } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../../api/object.js';
import { parseTime } from '../../api/meta/time.js';

/** Milliseconds in which a pod whose eviction was granted is expected to be on its way out. */
const DELETION_TIMEOUT = 120_000;

/** Pods whose eviction was granted, and that are not on their way out yet. */
export interface DisruptedPods {
  /** By name, when that was. Those that have gone, are going, or have stayed all the same are left out. */
  readonly times: Readonly<Record<string, string>>;
  /** Names of those that have stayed. */
  readonly stayed: readonly Stored<Pod>[];
  /** Milliseconds until the next of them has stayed too long; Infinity when there are none. */
  readonly nextIn: number;
}

/** What is left of `status.disruptedPods`. */
export function disruptedPods(known: Readonly<Record<string, string>>, pods: readonly Stored<Pod>[], now: number): DisruptedPods {
  const times: Record<string, string> = {};
  const stayed: Stored<Pod>[] = [];
  let nextIn = Infinity;
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp || !Object.hasOwn(known, name)) continue;
    const left = parseTime(known[name]) + DELETION_TIMEOUT - now;
    if (left < 0 || Number.isNaN(left)) {
      stayed.push(pod);
      continue;
    }
    times[name] = known[name]!;
    nextIn = Math.min(nextIn, left + 1);
  }
  return { times, stayed, nextIn };
}
