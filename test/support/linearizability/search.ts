/** A sequential object. */
export interface Model<State, Op> {
  readonly initial: State;
  /** The state after the operation; `undefined` when it could not have been answered like this. The same state when it changes nothing. */
  step(state: State, operation: Op): State | undefined;
  /** Equal texts for equal states. */
  keyOf(state: State): string;
}

/** When an operation ran. */
export interface Interval {
  readonly called: number;
  /** `Infinity`: it has no answer, and may have happened at any time since, or never. */
  readonly returned: number;
}

/** What {@link linearize} takes besides model and operations. */
export interface SearchOptions<Op> {
  /** Operations of which the model is known to allow the first only after the second. Default: none. */
  readonly after?: ReadonlyMap<Op, Op> | undefined;
  /** Tried first when smaller. Default: in the order of the calls. */
  readonly rank?: ((operation: Op) => number) | undefined;
  /** Steps before the search gives up and throws. Default 10 million. */
  readonly limit?: number | undefined;
}

/** The order that was found; or, when there is none, the longest one that holds, and what could not follow it. */
export type Verdict<Op> =
  | { readonly linearizable: true; readonly order: readonly Op[] }
  | { readonly linearizable: false; readonly order: readonly Op[]; readonly stuck: readonly Op[] };

interface Node<Op> {
  readonly operation: Op;
  /** Place in the order of the calls. */
  readonly index: number;
  previous: Node<Op> | undefined;
  next: Node<Op> | undefined;
  /** Whether it has found its place. */
  placed: boolean;
}

interface Frame<State, Op> {
  readonly node: Node<Op> | undefined;
  readonly state: State;
  /** Nodes that were placed up to here with the highest index. */
  readonly highest: number;
  readonly candidates: readonly Node<Op>[];
  next: number;
}

/**
 * Looks for an order of the operations that the model allows and in which nothing comes before what had returned before
 * it was called: the search of Wing and Gong, which remembers, as Lowe proposed, each pair of operations placed and state
 * reached, so as not to try it twice.
 *
 * An operation that fits and changes nothing is placed at once and for good: where it may stand later it may stand now.
 */
export function linearize<State, Op extends Interval>(
  model: Model<State, Op>,
  operations: readonly Op[],
  { after = new Map<Op, Op>(), rank = () => 0, limit = 10_000_000 }: SearchOptions<Op> = {},
): Verdict<Op> {
  const waiting = new Waiting(operations);
  const tried = new Set<string>();
  const order: Op[] = [];
  let longest: readonly Op[] = [];
  let stuck: readonly Op[] = [];
  let steps = 0;

  const allowed = (node: Node<Op>) => {
    const first = after.get(node.operation);
    return first === undefined || waiting.isPlaced(first);
  };
  const frame = (node: Node<Op> | undefined, state: State, highest: number): Frame<State, Op> => {
    const open = waiting.open().filter(allowed);
    const harmless = open.find(({ operation }) => model.step(state, operation) === state);
    const candidates = harmless ? [harmless] : open.sort((a, b) => rank(a.operation) - rank(b.operation));
    return { node, state, highest, candidates, next: 0 };
  };

  const stack = [frame(undefined, model.initial, -1)];
  for (;;) {
    if (waiting.answered === 0) return { linearizable: true, order };
    const top = stack.at(-1)!;
    const node = top.candidates[top.next++];
    if (node === undefined) {
      if (order.length >= longest.length) [longest, stuck] = [[...order], top.candidates.map(({ operation }) => operation)];
      if (top.node === undefined) return { linearizable: false, order: longest, stuck };
      waiting.putBack(top.node);
      order.pop();
      stack.pop();
      continue;
    }
    if (++steps > limit) throw new Error(`undecided after ${limit} steps: too many operations at once, or too many without an answer`);
    const state = model.step(top.state, node.operation);
    if (state === undefined) continue;
    waiting.place(node);
    const highest = Math.max(top.highest, node.index);
    const seen = `${waiting.keyUpTo(highest)} ${model.keyOf(state)}`;
    if (tried.has(seen)) {
      waiting.putBack(node);
      continue;
    }
    tried.add(seen);
    order.push(node.operation);
    stack.push(frame(node, state, highest));
  }
}

/** Operations that have no place yet, in the order of their calls: a list whose nodes go out and come back in reverse. */
class Waiting<Op extends Interval> {
  readonly #head: Node<Op>;
  readonly #nodes = new Map<Op, Node<Op>>();
  /** How many of them were answered, and so must find a place. */
  answered = 0;

  constructor(operations: readonly Op[]) {
    this.#head = { operation: undefined as never, index: -1, previous: undefined, next: undefined, placed: false };
    let last = this.#head;
    for (const [index, operation] of [...operations].sort((a, b) => a.called - b.called).entries()) {
      const node: Node<Op> = { operation, index, previous: last, next: undefined, placed: false };
      this.#nodes.set(operation, node);
      last.next = node;
      last = node;
      if (operation.returned < Infinity) this.answered++;
    }
  }

  isPlaced(operation: Op): boolean {
    return this.#nodes.get(operation)!.placed;
  }

  /** Those that were called before any of them returned: one of them comes next. */
  open(): Node<Op>[] {
    const open: Node<Op>[] = [];
    let returned = Infinity;
    for (let node = this.#head.next; node !== undefined && node.operation.called < returned; node = node.next) {
      open.push(node);
      returned = Math.min(returned, node.operation.returned);
    }
    return open;
  }

  place(node: Node<Op>): void {
    node.previous!.next = node.next;
    if (node.next) node.next.previous = node.previous;
    node.placed = true;
    if (node.operation.returned < Infinity) this.answered--;
  }

  putBack(node: Node<Op>): void {
    node.previous!.next = node;
    if (node.next) node.next.previous = node;
    node.placed = false;
    if (node.operation.returned < Infinity) this.answered++;
  }

  /** Equal for equal sets of placed operations: the highest of them, and what is missing below it. */
  keyUpTo(highest: number): string {
    let key = `${highest}:`;
    for (let node = this.#head.next; node !== undefined && node.index < highest; node = node.next) key += `${node.index},`;
    return key;
  }
}
