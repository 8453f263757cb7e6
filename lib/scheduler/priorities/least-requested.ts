import type { Priority, WeightedPriority } from './priority.js';

/** The part of CPU and of memory that would stay free, in equal shares: spreads load. */
export const leastRequested: Priority = (pod, node) =>
  (free(node.allocatable.cpu, node.assumed.cpu + pod.assumed.cpu) +
    free(node.allocatable.memory, node.assumed.memory + pod.assumed.memory)) /
  2;

const free = (allocatable: number, requested: number) =>
  allocatable <= 0 || requested >= allocatable ? 0 : (100 * (allocatable - requested)) / allocatable;

export const leastRequestedPriority: WeightedPriority = { name: 'LeastRequested', score: leastRequested, scope: 'shape' };
