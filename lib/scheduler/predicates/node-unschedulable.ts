import type { Taint } from 'kubernetes-types/core/v1.js';
import { tolerates } from '../../api/core/taints.js';
import type { FitsNode, Predicate } from './predicate.js';

const CORDONED: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** The node is not cordoned, or the pod tolerates that. */
export const isSchedulable: FitsNode = ({ tolerations }, { node }) =>
  !node.spec?.unschedulable || tolerations.some((one) => tolerates(one, CORDONED)) || 'node(s) were unschedulable';

export const nodeUnschedulable: Predicate = {
  name: 'NodeUnschedulable',
  fits: isSchedulable,
  scope: 'shape',
  wakes: ['node-added', 'node-taints'],
};
