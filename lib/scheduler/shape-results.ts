import type { FitError } from './fit-error.js';
import type { NodeInfo } from './node-info.js';

/** Why a node was refused, and by which predicate. */
export interface Refusal {
  readonly predicate: string;
  readonly reasons: readonly string[];
}

/** What is known of one node for one shape of pod. */
export interface ShapeResult {
  /** The node's when this was found out; the result is void once the node has another. */
  generation: number;
  /** Undefined: it fits. */
  refusal: Refusal | undefined;
  /** Weighted sum of the priorities that look at the shape alone; undefined: not scored yet. */
  score: number | undefined;
}

/** Results for the pods of one shape, node by node. */
export class ShapeResults {
  /** The cache's generation at which no node fitted, and why. */
  failedAt = -1;
  failure: FitError | undefined;
  readonly #bySlot: ShapeResult[] = [];

  /** The node's entry; `generation` is −1, or an old one, when there is nothing valid in it. */
  of(node: NodeInfo): ShapeResult {
    return (this.#bySlot[node.slot] ??= { generation: -1, refusal: undefined, score: undefined });
  }
}

/** The results of the shapes that were seen last. */
export class RecentShapes {
  readonly #shapes = new Map<string, ShapeResults>();
  readonly #most: number;

  /** `most`: how many shapes to remember; the one that was not asked for longest is forgotten first. */
  constructor(most: number) {
    this.#most = most;
  }

  of(shape: string): ShapeResults {
    const results = this.#shapes.get(shape) ?? new ShapeResults();
    this.#shapes.delete(shape);
    this.#shapes.set(shape, results);
    if (this.#shapes.size > this.#most) this.#shapes.delete(this.#shapes.keys().next().value!);
    return results;
  }
}
