import type { Entry } from '../storage.js';
import { byteOrder, isWide, unitOrder, type KeyOrder } from './key-order.js';

/** Most entries of a leaf, most children of a branch. 32 keeps a write's copies near 1 KB at 150,000 entries. */
const WIDTH = 32;
/** A node below this joins a neighbour after a delete. */
const NARROW = WIDTH / 4;

type Node = Leaf | Branch;
type Split = readonly [Node] | readonly [Node, Node];

interface Leaf {
  readonly level: 0;
  readonly count: number;
  readonly entries: readonly Entry[];
}

interface Branch {
  readonly level: number;
  /** Entries below it. */
  readonly count: number;
  readonly children: readonly Node[];
  /** The smallest key of each child. */
  readonly firsts: readonly string[];
}

/**
 * Entries in byte order of their keys: an immutable B+ tree.
 *
 * `put` and `delete` answer with a new tree that shares all but O(log n) nodes with the old one, so every tree is a
 * snapshot that stays readable at no cost. Positions (0 … size) are found in O(log n), which gives ranges and counts.
 */
export class OrderedTree {
  static readonly empty = new OrderedTree(leaf([]), false);

  readonly #root: Node;
  /** Whether a wide key was ever put: from then on the slower comparison is needed. */
  readonly #wide: boolean;

  private constructor(root: Node, wide: boolean) {
    this.#root = root;
    this.#wide = wide;
  }

  /** Entries that already stand in order. O(n). */
  static fromSorted(entries: readonly Entry[]): OrderedTree {
    let nodes: Node[] = chunks(entries).map(leaf);
    if (nodes.length === 0) return OrderedTree.empty;
    while (nodes.length > 1) nodes = chunks(nodes).map(branch);
    return new OrderedTree(
      nodes[0]!,
      entries.some((entry) => isWide(entry.key)),
    );
  }

  /** How many entries there are. */
  get size(): number {
    return this.#root.count;
  }

  get(key: string): Entry | undefined {
    const order = this.#orderFor(key);
    let node = this.#root;
    while (isBranch(node)) node = node.children[childOf(node, key, order)]!;
    const found = node.entries[lowerBound(node.entries, key, order)];
    return found?.key === key ? found : undefined;
  }

  /** With this entry in the place of its key. */
  put(entry: Entry): OrderedTree {
    const wide = this.#wide || isWide(entry.key);
    const nodes = put(this.#root, entry, wide ? byteOrder : unitOrder);
    return new OrderedTree(nodes.length === 1 ? nodes[0] : branch(nodes), wide);
  }

  /** Without this key; the same tree when it is absent. */
  delete(key: string): OrderedTree {
    const left = remove(this.#root, key, this.#orderFor(key));
    if (left === this.#root) return this;
    let root: Node = left ?? leaf([]);
    while (isBranch(root) && root.children.length === 1) root = root.children[0]!;
    return new OrderedTree(root, this.#wide);
  }

  /** Position of the first entry at or after `key`. */
  positionOf(key: string): number {
    const order = this.#orderFor(key);
    return this.#countWhile((other) => order(other, key));
  }

  /** Position of the first entry after `key`. */
  positionAfter(key: string): number {
    const order = this.#orderFor(key);
    return this.#countWhile((other) => other === key || order(other, key));
  }

  /** Position of the first entry after all keys that begin with `prefix`. */
  positionAfterPrefix(prefix: string): number {
    const order = this.#orderFor(prefix);
    return this.#countWhile((other) => other.startsWith(prefix) || order(other, prefix));
  }

  /** The entries at positions `from` … `to - 1`. */
  slice(from: number, to: number): Entry[] {
    const out: Entry[] = [];
    collect(this.#root, from, to, out);
    return out;
  }

  /** How many leading entries satisfy `holds`, which must be true up to some key and false behind it. */
  #countWhile(holds: (key: string) => boolean): number {
    let before = 0;
    let node = this.#root;
    while (isBranch(node)) {
      const { firsts, children } = node;
      const child = Math.max(0, partition(firsts.length, (i) => holds(firsts[i]!)) - 1);
      for (let i = 0; i < child; i++) before += children[i]!.count;
      node = children[child]!;
    }
    const { entries } = node;
    return before + partition(entries.length, (i) => holds(entries[i]!.key));
  }

  #orderFor(key: string): KeyOrder {
    return this.#wide || isWide(key) ? byteOrder : unitOrder;
  }
}

function leaf(entries: readonly Entry[]): Leaf {
  return { level: 0, count: entries.length, entries };
}

function branch(children: readonly Node[]): Branch {
  let count = 0;
  for (const child of children) count += child.count;
  return { level: children[0]!.level + 1, count, children, firsts: children.map(firstKey) };
}

function isBranch(node: Node): node is Branch {
  return node.level > 0;
}

function firstKey(node: Node): string {
  return isBranch(node) ? node.firsts[0]! : node.entries[0]!.key;
}

/** The least index in 0 … length for which `holds` is false. */
function partition(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function lowerBound(entries: readonly Entry[], key: string, order: KeyOrder): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(entries[middle]!.key, key)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The child that holds `key` if any does. */
function childOf(node: Branch, key: string, order: KeyOrder): number {
  let low = 0;
  let high = node.firsts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(key, node.firsts[middle]!)) high = middle;
    else low = middle + 1;
  }
  return Math.max(0, low - 1);
}

function put(node: Node, entry: Entry, order: KeyOrder): Split {
  if (isBranch(node)) {
    const at = childOf(node, entry.key, order);
    const children = replaced(node.children, at, 1, put(node.children[at]!, entry, order));
    return split(children, at, branch);
  }
  const at = lowerBound(node.entries, entry.key, order);
  const present = node.entries[at]?.key === entry.key;
  return split(replaced(node.entries, at, present ? 1 : 0, [entry]), at, leaf);
}

/** Splits in halves; at the right edge only the last goes over, so that keys that arrive in order fill their nodes. */
function split<T>(items: readonly T[], changed: number, make: (items: readonly T[]) => Node): Split {
  if (items.length <= WIDTH) return [make(items)];
  const at = changed >= items.length - 2 ? items.length - 1 : items.length >>> 1;
  return [make(items.slice(0, at)), make(items.slice(at))];
}

function remove(node: Node, key: string, order: KeyOrder): Node | undefined {
  if (isBranch(node)) {
    const at = childOf(node, key, order);
    const child = node.children[at]!;
    const left = remove(child, key, order);
    if (left === child) return node;
    const children = left === undefined ? replaced(node.children, at, 1, []) : joined(node.children, at, left);
    return children.length === 0 ? undefined : branch(children);
  }
  const at = lowerBound(node.entries, key, order);
  if (node.entries[at]?.key !== key) return node;
  return node.count === 1 ? undefined : leaf(replaced(node.entries, at, 1, []));
}

/** `children` with `child` at `at`, joined to a neighbour when it has become narrow. */
function joined(children: readonly Node[], at: number, child: Node): Node[] {
  if (widthOf(child) >= NARROW || children.length === 1) return replaced(children, at, 1, [child]);
  const left = at > 0;
  const pair: readonly [Node, Node] = left ? [children[at - 1]!, child] : [child, children[at + 1]!];
  return replaced(children, left ? at - 1 : at, 2, join(...pair));
}

function join(left: Node, right: Node): readonly Node[] {
  const width = widthOf(left) + widthOf(right);
  if (width > WIDTH) return [left, right];
  return isBranch(left)
    ? [branch([...left.children, ...(right as Branch).children])]
    : [leaf([...left.entries, ...(right as Leaf).entries])];
}

function widthOf(node: Node): number {
  return isBranch(node) ? node.children.length : node.count;
}

/** A copy with `count` items at `at` replaced. */
function replaced<T>(items: readonly T[], at: number, count: number, by: readonly T[]): T[] {
  const copy = items.slice();
  if (count === 1 && by.length === 1) copy[at] = by[0]!;
  else copy.splice(at, count, ...by);
  return copy;
}

function collect(node: Node, from: number, to: number, out: Entry[]): void {
  if (!isBranch(node)) {
    for (let i = Math.max(0, from); i < Math.min(to, node.count); i++) out.push(node.entries[i]!);
    return;
  }
  let start = 0;
  for (const child of node.children) {
    if (start >= to) return;
    if (start + child.count > from) collect(child, from - start, to - start, out);
    start += child.count;
  }
}

function chunks<T>(items: readonly T[]): T[][] {
  const out: T[][] = [];
  for (let i = 0; i < items.length; i += WIDTH) out.push(items.slice(i, i + WIDTH));
  return out;
}
