import type { ClusterChange } from '../cluster-change.js';
import type { CycleState } from '../cycle-state.js';
import type { NodeInfo } from '../node-info.js';
import type { PodInfo } from '../pod-info.js';

/** `true`, or why not, in words that follow a number of nodes: `Insufficient cpu`, `node(s) were unschedulable`. */
export type Fit = true | string | readonly string[];

/** Whether a pod can run on a node. Pure, quick, never throws. */
export type FitsNode = (pod: PodInfo, node: NodeInfo, cycle: CycleState) => Fit;

/** One condition that a node must meet to get a pod. */
export interface Predicate {
  /** Unique among the predicates of a scheduler. */
  readonly name: string;
  readonly fits: FitsNode;
  /**
   * What the answer depends on. `shape`: on the node and on what is in {@link PodInfo.shape}, so that it holds for all pods of
   * that shape until the node changes. `pod`: on more, so that it is asked each time. Default `pod`.
   */
  readonly scope?: 'shape' | 'pod' | undefined;
  /** Changes after which a pod that it refused is worth another try. Default: all. */
  readonly wakes?: readonly ClusterChange[] | undefined;
}
