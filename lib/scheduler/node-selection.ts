import type { Cycle } from './cycle-state.js';
import { FitError } from './fit-error.js';
import type { NodeCache } from './node-cache.js';
import type { NodeInfo } from './node-info.js';
import type { PodInfo } from './pod-info.js';
import type { Predicate } from './predicates/predicate.js';
import type { WeightedPriority } from './priorities/priority.js';
import type { Refusal, ShapeResult, ShapeResults } from './shape-results.js';
import { RecentShapes } from './shape-results.js';

/** What a {@link NodeSelection} is made with. */
export interface NodeSelectionOptions {
  readonly cache: NodeCache;
  readonly predicates: readonly Predicate[];
  readonly priorities: readonly WeightedPriority[];
  /** A number in [0, 1); breaks ties. */
  readonly random: () => number;
  /** How many of the nodes, in percent, must be found to fit before the search ends. 0: fewer the larger the cluster. */
  readonly percentage: number;
}

/** Below this many feasible nodes the search goes on whatever the percentage. */
const LEAST_FEASIBLE = 100;
/** Shapes of pods whose results are kept. 1,000 nodes take about 50 KB a shape. */
const REMEMBERED_SHAPES = 128;

/**
 * Picks the node of a pod: predicates filter, priorities rank, chance breaks ties.
 *
 * In large clusters the search ends once enough nodes were found to fit, and the next one begins where it ended, so that all
 * nodes get their turn. What depends on a pod's shape alone is kept for each node until that node changes: for the next pod of
 * the shape, only the node that took the last one is looked at again.
 */
export class NodeSelection {
  readonly #cache: NodeCache;
  readonly #shapePredicates: readonly Predicate[];
  readonly #podPredicates: readonly Predicate[];
  readonly #shapePriorities: readonly WeightedPriority[];
  readonly #podPriorities: readonly WeightedPriority[];
  readonly #random: () => number;
  readonly #percentage: number;
  readonly #shapes = new RecentShapes(REMEMBERED_SHAPES);
  #next = 0;

  constructor({ cache, predicates, priorities, random, percentage }: NodeSelectionOptions) {
    this.#cache = cache;
    this.#shapePredicates = predicates.filter(({ scope }) => scope === 'shape');
    this.#podPredicates = predicates.filter(({ scope }) => scope !== 'shape');
    this.#shapePriorities = priorities.filter(({ scope }) => scope === 'shape');
    this.#podPriorities = priorities.filter(({ scope }) => scope !== 'shape');
    this.#random = random;
    this.#percentage = percentage;
  }

  /** The node, or why there is none. */
  select(pod: PodInfo, cycle: Cycle): NodeInfo | FitError {
    const shape = this.#shapes.of(pod.shape);
    if (shape.failure && shape.failedAt === this.#cache.generation) return shape.failure;
    const found = this.#feasible(pod, cycle, shape);
    if (found instanceof FitError) {
      if (this.#podPredicates.length === 0) Object.assign(shape, { failure: found, failedAt: this.#cache.generation });
      return found;
    }
    return found.length === 1 ? found[0]! : this.#best(found, pod, cycle, shape);
  }

  #feasible(pod: PodInfo, cycle: Cycle, shape: ShapeResults): readonly NodeInfo[] | FitError {
    const { nodes } = this.#cache;
    const wanted = feasibleWanted(nodes.length, this.#percentage);
    const error = new FitError(nodes.length);
    const feasible: NodeInfo[] = [];
    const start = this.#next < nodes.length ? this.#next : 0;
    let looked = 0;
    for (; looked < nodes.length && feasible.length < wanted; looked++) {
      const node = nodes[(start + looked) % nodes.length]!;
      const refusal = this.#resultOf(pod, node, cycle, shape).refusal ?? refusalBy(this.#podPredicates, pod, node, cycle);
      if (refusal) error.add(refusal.predicate, refusal.reasons);
      else feasible.push(node);
    }
    this.#next = start + looked < nodes.length ? start + looked : start + looked - nodes.length;
    return feasible.length > 0 ? feasible : error;
  }

  #resultOf(pod: PodInfo, node: NodeInfo, cycle: Cycle, shape: ShapeResults): ShapeResult {
    const result = shape.of(node);
    if (result.generation !== node.generation) {
      result.generation = node.generation;
      result.refusal = refusalBy(this.#shapePredicates, pod, node, cycle);
      result.score = undefined;
    }
    return result;
  }

  /** Reservoir sampling: each of the best has the same chance, without a list of them. */
  #best(feasible: readonly NodeInfo[], pod: PodInfo, cycle: Cycle, shape: ShapeResults): NodeInfo {
    cycle.candidates = feasible;
    let best = feasible[0]!;
    let bestScore = -Infinity;
    let ties = 0;
    for (const node of feasible) {
      const result = shape.of(node);
      result.score ??= sumOf(this.#shapePriorities, pod, node, cycle);
      const score = result.score + sumOf(this.#podPriorities, pod, node, cycle);
      if (score > bestScore) {
        [best, bestScore, ties] = [node, score, 1];
      } else if (score === bestScore && this.#random() * ++ties < 1) best = node;
    }
    return best;
  }
}

/** How many feasible nodes end the search. */
export function feasibleWanted(nodes: number, percentage: number): number {
  if (nodes <= LEAST_FEASIBLE || percentage >= 100) return nodes;
  const percent = percentage > 0 ? percentage : Math.max(5, 50 - nodes / 125);
  return Math.max(LEAST_FEASIBLE, Math.floor((nodes * percent) / 100));
}

function refusalBy(predicates: readonly Predicate[], pod: PodInfo, node: NodeInfo, cycle: Cycle): Refusal | undefined {
  for (const { name, fits } of predicates) {
    const fit = fits(pod, node, cycle);
    if (fit !== true) return { predicate: name, reasons: typeof fit === 'string' ? [fit] : fit };
  }
  return undefined;
}

function sumOf(priorities: readonly WeightedPriority[], pod: PodInfo, node: NodeInfo, cycle: Cycle): number {
  let sum = 0;
  for (const { score, weight = 1 } of priorities) sum += weight * score(pod, node, cycle);
  return sum;
}
