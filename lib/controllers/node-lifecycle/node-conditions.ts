import type { Node, NodeCondition } from 'kubernetes-types/core/v1.js';
import { conditionOf } from '../../api/meta/conditions.js';
import { timestamp } from '../../api/meta/time.js';
import type { Stored } from '../../api/object.js';

const TYPES = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

/**
 * The conditions of a node that is not heard of any more: all that its kubelet reports becomes Unknown. The same list when
 * nothing changes.
 */
export function unknownConditions(node: Stored<Node>, now: number): readonly NodeCondition[] {
  const conditions = node.status?.conditions ?? [];
  const changed = TYPES.filter((type) => conditionOf(conditions, type)?.status !== 'Unknown');
  if (changed.length === 0) return conditions;
  const kept = conditions.filter(({ type }) => !changed.some((one) => one === type));
  return [...kept, ...changed.map((type) => unknown(type, conditionOf(conditions, type), node, now))];
}

function unknown(type: NodeCondition['type'], old: NodeCondition | undefined, node: Stored<Node>, now: number): NodeCondition {
  return {
    type,
    status: 'Unknown',
    reason: old ? 'NodeStatusUnknown' : 'NodeStatusNeverUpdated',
    message: old ? 'Kubelet stopped posting node status.' : 'Kubelet never posted node status.',
    lastHeartbeatTime: old?.lastHeartbeatTime ?? node.metadata.creationTimestamp,
    lastTransitionTime: timestamp(now),
  };
}
