import type { Taint } from 'kubernetes-types/core/v1.js';
import { tolerates } from '../../api/core/taints.js';
import type { FitsNode, Predicate } from './predicate.js';

const NOT_READY: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/**
 * The node is ready, or the pod tolerates that it is not. Kubernetes leaves this to the taint that its node controller sets;
 * looking at the condition as well closes the gap until the taint is there.
 */
export const isReady: FitsNode = ({ tolerations }, { ready }) =>
  ready || tolerations.some((one) => tolerates(one, NOT_READY)) || 'node(s) were not ready';

export const nodeReady: Predicate = {
  name: 'NodeReady',
  fits: isReady,
  scope: 'shape',
  wakes: ['node-added', 'node-condition'],
};
