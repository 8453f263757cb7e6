import type { Priority, WeightedPriority } from './priority.js';

/** Nodes with fewer pods of the same services and controllers first: keeps replicas apart. */
export const selectorSpread: Priority = (_pod, node, cycle) => {
  const most = cycle.memo('selector-spread', () => cycle.candidates.reduce((sofar, one) => Math.max(sofar, cycle.peers(one)), 0));
  return most === 0 ? 100 : (100 * (most - cycle.peers(node))) / most;
};

export const selectorSpreadPriority: WeightedPriority = { name: 'SelectorSpread', score: selectorSpread };
