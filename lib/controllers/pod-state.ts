import type { Pod } from 'kubernetes-types/core/v1.js';
import { conditionOf } from '../api/meta/conditions.js';
import { parseTime } from '../api/meta/time.js';

/** It has run to its end. */
export const isFinished = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** It counts as one of the replicas of a controller: neither finished nor on its way out. */
export const isActive = (pod: Pod): boolean => !isFinished(pod) && !pod.metadata?.deletionTimestamp;

/** It is on its way out, and has not finished yet. */
export const isTerminating = (pod: Pod): boolean => !isFinished(pod) && pod.metadata?.deletionTimestamp !== undefined;

/** Its condition Ready is True. */
export const isReady = (pod: Pod): boolean => conditionOf(pod.status?.conditions, 'Ready')?.status === 'True';

/** Since when it is ready, in milliseconds since 1970; NaN when it is not or does not say. */
export function readySince(pod: Pod): number {
  return isReady(pod) ? parseTime(conditionOf(pod.status?.conditions, 'Ready')?.lastTransitionTime) : Number.NaN;
}

/** Milliseconds until a pod has been ready for `minReadySeconds`: 0 when it has, Infinity when it is not ready. */
export function availableIn(pod: Pod, minReadySeconds: number, now: number): number {
  if (!isReady(pod)) return Infinity;
  if (minReadySeconds === 0) return 0;
  const since = readySince(pod);
  return Number.isNaN(since) ? Infinity : Math.max(0, since + minReadySeconds * 1000 - now);
}
