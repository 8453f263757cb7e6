import type { CycleState } from '../cycle-state.js';
import type { NodeInfo } from '../node-info.js';
import type { PodInfo } from '../pod-info.js';

/** How good a node is for a pod that fits there: 0 (worst) to 100. Pure, quick, never throws. */
export type Priority = (pod: PodInfo, node: NodeInfo, cycle: CycleState) => number;

/** A priority and how much it counts. */
export interface WeightedPriority {
  /** Unique among the priorities of a scheduler. */
  readonly name: string;
  readonly score: Priority;
  /** How much it counts beside the others. Default 1. */
  readonly weight?: number | undefined;
  /** As for a predicate: `shape` when it looks at nothing but the node and the pod's shape. Default `pod`. */
  readonly scope?: 'shape' | 'pod' | undefined;
}
