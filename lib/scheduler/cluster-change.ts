/** What may make room for a pod that did not fit. */
export type ClusterChange =
  | 'node-added'
  | 'node-allocatable'
  | 'node-labels'
  | 'node-taints'
  | 'node-condition'
  /** A pod has left its node: deleted, finished, or its binding failed. */
  | 'pod-left';

export const allChanges: readonly ClusterChange[] = [
  'node-added',
  'node-allocatable',
  'node-labels',
  'node-taints',
  'node-condition',
  'pod-left',
];
