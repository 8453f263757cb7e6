import type { Pod } from 'kubernetes-types/core/v1.js';
import { parseTime } from '../../api/meta/time.js';
import type { Stored } from '../../api/object.js';
import { isReady, readySince } from '../pod-state.js';

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const COST = 'controller.kubernetes.io/pod-deletion-cost';

type Comparison = (a: Stored<Pod>, b: Stored<Pod>) => number;

/**
 * The pods that a controller can spare, the most dispensable first, in Kubernetes' order: without a node, pending, not ready, of
 * lower deletion cost, sharing a node with more of their peers, ready for less time, restarted more often, younger. Times are
 * compared by order of magnitude, so that not always the youngest go. `related`: the peers on the nodes; by default the pods alone.
 */
export function deletionOrder(pods: readonly Stored<Pod>[], now: number, related = pods): Stored<Pod>[] {
  const onNode = new Map<string, number>();
  for (const { spec } of related) if (spec?.nodeName) onNode.set(spec.nodeName, (onNode.get(spec.nodeName) ?? 0) + 1);
  const crowd = (pod: Stored<Pod>) => onNode.get(pod.spec?.nodeName ?? '') ?? 0;
  const order: readonly Comparison[] = [
    by((pod) => (pod.spec?.nodeName ? 1 : 0)),
    by((pod) => PHASES[pod.status?.phase ?? 'Pending'] ?? 1),
    by((pod) => (isReady(pod) ? 1 : 0)),
    by((pod) => deletionCost(pod)),
    by((pod) => -crowd(pod)),
    (a, b) => (isReady(a) && isReady(b) ? youngerFirst(readySince(a), readySince(b), now) || byUid(a, b, readySince) : 0),
    by((pod) => -mostRestarts(pod)),
    (a, b) => youngerFirst(created(a), created(b), now) || byUid(a, b, created),
  ];
  return [...pods].sort((a, b) => {
    for (const compare of order) {
      const result = compare(a, b);
      if (result !== 0) return result;
    }
    return 0;
  });
}

const by =
  (value: (pod: Stored<Pod>) => number): Comparison =>
  (a, b) =>
    value(a) - value(b);

const created = (pod: Stored<Pod>) => parseTime(pod.metadata.creationTimestamp);

/** Kubernetes ignores values that are no 32-bit integers. */
function deletionCost(pod: Stored<Pod>): number {
  const text = pod.metadata.annotations?.[COST] ?? '0';
  const cost = /^(0|-?[1-9]\d*)$/.test(text) ? Number(text) : 0;
  return Math.abs(cost) < 2 ** 31 ? cost : 0;
}

const mostRestarts = (pod: Stored<Pod>) => Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));

/** Unknown times first, then the younger by powers of two. */
function youngerFirst(a: number, b: number, now: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
  return magnitude(now - a) - magnitude(now - b);
}

const magnitude = (age: number) => (age > 0 ? Math.floor(Math.log2(age * 1e6)) : -1);

/** Between times that differ, yet not in magnitude, the uid decides: a fixed order that says nothing about age. */
function byUid(a: Stored<Pod>, b: Stored<Pod>, time: (pod: Stored<Pod>) => number): number {
  return time(a) === time(b) || Number.isNaN(time(a)) ? 0 : a.metadata.uid < b.metadata.uid ? -1 : 1;
}
