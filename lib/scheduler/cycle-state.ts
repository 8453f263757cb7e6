import type { NodeInfo } from './node-info.js';

/** What the predicates and priorities of one pod's cycle share. */
export interface CycleState {
  /** The nodes that passed all predicates, for priorities; empty before. */
  readonly candidates: readonly NodeInfo[];
  /** How many pods of the same services and controllers are on a node; 0 when the pod belongs to none. */
  peers(node: NodeInfo): number;
  /** The value of `make`, made once a cycle for each key. */
  memo<T>(key: string, make: () => T): T;
}

/** The state of one cycle. */
export class Cycle implements CycleState {
  candidates: readonly NodeInfo[] = [];
  readonly #counts: readonly number[] | undefined;
  #made: Map<string, unknown> | undefined;

  /** `counts`: peers by slot of the node. */
  constructor(counts?: readonly number[]) {
    this.#counts = counts;
  }

  peers(node: NodeInfo): number {
    return this.#counts?.[node.slot] ?? 0;
  }

  memo<T>(key: string, make: () => T): T {
    const made = (this.#made ??= new Map<string, unknown>());
    if (!made.has(key)) made.set(key, make());
    return made.get(key) as T;
  }
}
