import { nodeAffinity } from './node-affinity.js';
import { nodeName } from './node-name.js';
import { nodePorts } from './node-ports.js';
import { nodeReady } from './node-ready.js';
import { nodeResources } from './node-resources.js';
import { nodeTaints } from './node-taints.js';
import { nodeUnschedulable } from './node-unschedulable.js';
import type { Predicate } from './predicate.js';

/** In the order in which they are asked: the first to refuse a node gives the reason that is counted. */
export const defaultPredicates: readonly Predicate[] = [
  nodeUnschedulable,
  nodeName,
  nodeTaints,
  nodeReady,
  nodeAffinity,
  nodePorts,
  nodeResources,
];
