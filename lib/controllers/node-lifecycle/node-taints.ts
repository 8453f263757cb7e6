import type { Node, Taint } from 'kubernetes-types/core/v1.js';
import { conditionOf } from '../../api/meta/conditions.js';
import { timestamp } from '../../api/meta/time.js';
import type { Stored } from '../../api/object.js';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';

/** Condition → the status that taints, and the taint. */
const BY_CONDITION: readonly (readonly [type: string, status: string, key: string, effects: readonly Taint['effect'][]])[] = [
  ['Ready', 'False', NOT_READY, ['NoSchedule', 'NoExecute']],
  ['Ready', 'Unknown', UNREACHABLE, ['NoSchedule', 'NoExecute']],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure', ['NoSchedule']],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure', ['NoSchedule']],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure', ['NoSchedule']],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable', ['NoSchedule']],
];
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
const OURS = new Set([...BY_CONDITION.map(([, , key]) => key), UNSCHEDULABLE]);

/** The taints that a node's conditions and `spec.unschedulable` call for, beside those that others have set. The same list when nothing changes. */
export function taintsFor(node: Stored<Node>, now: number): readonly Taint[] {
  const current = node.spec?.taints ?? [];
  const wanted: Taint[] = BY_CONDITION.filter(([type, status]) => conditionOf(node.status?.conditions, type)?.status === status).flatMap(
    ([, , key, effects]) => effects.map((effect) => ({ key, effect })),
  );
  if (node.spec?.unschedulable) wanted.push({ key: UNSCHEDULABLE, effect: 'NoSchedule' });
  const kept = current.filter((taint) => !OURS.has(taint.key) || wanted.some((one) => same(one, taint)));
  const added = wanted.filter((one) => !current.some((taint) => same(one, taint)));
  if (added.length === 0 && kept.length === current.length) return current;
  return [...kept, ...added.map((taint) => ({ ...taint, timeAdded: timestamp(now) }))];
}

const same = (a: Taint, b: Taint) => a.key === b.key && a.effect === b.effect;
