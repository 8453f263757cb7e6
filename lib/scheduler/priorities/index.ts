import { leastRequestedPriority } from './least-requested.js';
import type { WeightedPriority } from './priority.js';
import { selectorSpreadPriority } from './selector-spread.js';

export const defaultPriorities: readonly WeightedPriority[] = [leastRequestedPriority, selectorSpreadPriority];
