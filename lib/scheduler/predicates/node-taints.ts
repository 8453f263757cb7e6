import { untolerated } from '../../api/core/taints.js';
import type { FitsNode, Predicate } from './predicate.js';

/** The pod tolerates every taint of the node that keeps pods away. */
export const toleratesTaints: FitsNode = ({ tolerations }, { taints }) => {
  const taint = untolerated(taints, tolerations, ['NoSchedule', 'NoExecute']);
  return taint === undefined || `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`;
};

export const nodeTaints: Predicate = {
  name: 'TaintToleration',
  fits: toleratesTaints,
  scope: 'shape',
  wakes: ['node-added', 'node-taints'],
};
