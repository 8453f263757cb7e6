import type { Checked } from './checker.js';
import type { DeclaredType } from './declared-type.js';
import type { Call, Comprehension, ListNode, MapNode, Node, Select } from './node.js';
import type { Overload, Size } from './overload.js';
import { traversal } from './overload.js';
import { codePointLength } from './functions/code-points.js';
import type { Type } from './types.js';
import { unwrapOptional } from './types.js';

/** Costs and sizes go no higher: what is not known is this large. */
export const MOST = 2 ** 64 - 1;
const UNKNOWN: Size = { min: 0, max: MOST };
const ONE: Size = { min: 1, max: 1 };
const LIST_COST = 10;
const MAP_COST = 30;
const STRUCT_COST = 40;

/**
 * The most that an expression can cost, by the sizes that data can have, in the units and by the rules of cel-go: a rule that it
 * refuses is refused. `root` is what `self` stands for.
 */
export function estimateCost(checked: Checked, root: DeclaredType | undefined): number {
  return new CostEstimate(checked, root).of(checked.root);
}

const capped = (value: number) => Math.min(MOST, value);
const union = (a: Size, b: Size): Size => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) });

/** Where data of which the size is declared comes from. `undefined` within: the place is known, but nothing is declared there. */
interface Origin {
  readonly declared: DeclaredType | undefined;
}

/** How large the keys and values of a list or map are. */
interface EntrySizes {
  readonly isList: boolean;
  readonly key: Size;
  readonly value: Size;
}

interface Local {
  readonly origin: Origin | undefined;
  readonly size: Size | undefined;
  readonly entries: EntrySizes | undefined;
}

class CostEstimate {
  readonly #checked: Checked;
  readonly #root: DeclaredType | undefined;
  readonly #costs = new Map<Node, number>();
  readonly #sizes = new Map<Node, Size>();
  readonly #entries = new Map<Node, EntrySizes>();
  readonly #origins = new Map<Node, Origin>();
  readonly #locals: (readonly [name: string, local: Local])[] = [];

  constructor(checked: Checked, root: DeclaredType | undefined) {
    this.#checked = checked;
    this.#root = root;
  }

  /** Parts that stand at two places are judged once. */
  of(node: Node): number {
    let cost = this.#costs.get(node);
    if (cost === undefined) this.#costs.set(node, (cost = capped(this.#cost(node))));
    return cost;
  }

  #cost(node: Node): number {
    switch (node.kind) {
      case 'literal':
        return 0;
      case 'ident': {
        const local = this.#local(node.name);
        const origin = local ? local.origin : { declared: this.#root };
        if (origin) this.#origins.set(node, origin);
        return 1;
      }
      case 'select':
        return this.#select(node);
      case 'call':
        return this.#call(node);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'struct':
        return node.fields.reduce((sum, { value }) => sum + this.of(value), STRUCT_COST);
      case 'comprehension':
        return this.#comprehension(node);
    }
  }

  #select(node: Select): number {
    if (this.#checked.names.has(node)) return 1;
    const cost = this.of(node.operand);
    if (node.test) return cost;
    const origin = this.#origins.get(node.operand);
    if (origin) this.#origins.set(node, { declared: origin.declared?.fields?.get(node.field)?.declared });
    return cost + (['map', 'object', 'parameter'].includes(this.#checked.typeOf(node.operand).kind) ? 1 : 0);
  }

  #list({ elements }: ListNode & Node): number {
    let cost = LIST_COST;
    for (const element of elements) cost += this.of(element);
    return cost;
  }

  #map({ entries }: MapNode): number {
    return entries.reduce((sum, { key, value }) => sum + this.of(key) + this.of(value), MAP_COST);
  }

  #call(node: Call): number {
    const nodes = node.target && !this.#checked.qualified.has(node) ? [node.target, ...node.args] : node.args;
    const argCosts = nodes.map((arg) => this.of(arg));
    const sum = capped(argCosts.reduce((total, cost) => total + cost, 0));
    if (node.name === 'dyn') {
      this.#copySizes(node, nodes[0]!);
      return sum + 1;
    }
    if (node.name === '_?._') return sum + 1;
    return this.#special(node, nodes, argCosts, sum) ?? this.#overloaded(node, nodes, sum);
  }

  #special(node: Call, nodes: readonly Node[], costs: readonly number[], sum: number): number | undefined {
    switch (node.name) {
      case '_&&_':
      case '_||_':
        return sum;
      case '_?_:_': {
        this.#setSize(node, union(this.#sizeOr(nodes[1]!), this.#sizeOr(nodes[2]!)));
        this.#setEntries(node, unionEntries(this.#entriesOf(nodes[1]!), this.#entriesOf(nodes[2]!)));
        return costs[0]! + Math.max(costs[1]!, costs[2]!);
      }
      case '_==_':
      case '_!=_':
        return sum + this.#equalityCost(nodes);
      default:
        return undefined;
    }
  }

  #equalityCost([a, b]: readonly Node[]): number {
    const type = this.#checked.typeOf(a!);
    if (type.kind === 'opaque' && unwrapOptional(type) === undefined) return 1;
    return traversal(Math.min(this.#sizeOr(a!).max, this.#sizeOr(b!).max));
  }

  #overloaded(node: Call, nodes: readonly Node[], sum: number): number {
    const overloads = this.#checked.overloads.get(node) ?? [];
    const sizes = nodes.map((arg) => this.#sizeOr(arg));
    const items = nodes.map((arg) => this.#itemSize(arg));
    let cost = 0;
    let result: Size | undefined;
    for (const overload of overloads) {
      cost = Math.max(cost, callCost(overload, sizes, items));
      const size = overload.resultSize?.(sizes, items);
      if (size) result = result ? union(result, size) : size;
      result = this.#indexed(node, nodes, overload) ?? result;
    }
    if (nodes.length === 2 && node.name === '_+_')
      this.#setEntries(node, unionEntries(this.#entriesOf(nodes[0]!), this.#entriesOf(nodes[1]!)));
    if (result) this.#setSize(node, { min: capped(result.min), max: capped(result.max) });
    return sum + cost;
  }

  /** What is got by an index is an item of what is declared. */
  #indexed(node: Call, nodes: readonly Node[], { id }: Overload): Size | undefined {
    if (id !== 'index_list' && id !== 'index_map') return undefined;
    const origin = this.#origins.get(nodes[0]!);
    if (origin) this.#origins.set(node, { declared: origin.declared?.element });
    return this.#entriesOf(nodes[0]!)?.value;
  }

  #comprehension(node: Comprehension): number {
    if (node.shape.kind === 'bind') return this.#bind(node);
    let cost = this.of(node.range) + this.of(node.initial);
    const before = this.#locals.length;
    this.#locals.push([node.accumulator, { origin: undefined, size: this.#sizeOf(node.initial), entries: this.#entriesOf(node.initial) }]);
    const inner = this.#locals.length;
    for (const local of this.#loopVariables(node)) this.#locals.push(local);
    const round = capped(this.of(node.condition) + this.of(node.step));
    this.#locals.length = inner;
    cost += this.of(node.result);
    this.#locals.length = before;
    const count = this.#sizeOr(node.range);
    if (node.initial.kind === 'list' || node.initial.kind === 'map') {
      this.#setSize(node, count);
      this.#setEntries(node, this.#entriesOf(node.step));
    } else this.#setSize(node, ONE);
    return cost + count.max * round;
  }

  #loopVariables({ range, variable, second }: Comprehension): readonly (readonly [string, Local])[] {
    const isList = this.#checked.typeOf(range).kind === 'list';
    const origin = this.#origins.get(range);
    const entries = this.#entriesOf(range);
    // Keys of declared maps have no declared size.
    const key: Local = { origin: origin && { declared: KEY }, size: entries?.key, entries: undefined };
    const value: Local = { origin: origin && { declared: origin.declared?.element }, size: entries?.value, entries: undefined };
    if (second === undefined) return [[variable, isList ? value : key]];
    return [
      [variable, key],
      [second, value],
    ];
  }

  #bind(node: Comprehension): number {
    const cost = LIST_COST + this.of(node.initial);
    const local = { origin: this.#origins.get(node.initial), size: this.#sizeOf(node.initial), entries: this.#entriesOf(node.initial) };
    this.#locals.push([node.accumulator, local]);
    const result = this.of(node.result);
    this.#copySizes(node, node.result);
    this.#locals.pop();
    return cost + result;
  }

  #local(name: string): Local | undefined {
    return this.#locals.findLast(([one]) => one === name)?.[1];
  }

  #setSize(node: Node, size: Size | undefined): void {
    if (size) this.#sizes.set(node, size);
  }

  #setEntries(node: Node, entries: EntrySizes | undefined): void {
    if (entries) this.#entries.set(node, entries);
  }

  #copySizes(to: Node, from: Node): void {
    this.#setSize(to, this.#sizeOf(from));
    this.#setEntries(to, this.#entriesOf(from));
  }

  #sizeOr(node: Node): Size {
    return this.#sizeOf(node) ?? UNKNOWN;
  }

  #sizeOf(node: Node): Size | undefined {
    const known = this.#sizes.get(node) ?? literalSize(node);
    if (known) return known;
    const declared = this.#origins.get(node)?.declared;
    if (declared) return { min: 0, max: declared.maxElements };
    if (isScalar(this.#checked.typeOf(node))) return ONE;
    return node.kind === 'ident' ? this.#local(node.name)?.size : undefined;
  }

  /** Those of literals and of what is made of them; undefined where they are not known. */
  #entriesOf(node: Node): EntrySizes | undefined {
    const known = this.#entries.get(node) ?? (node.kind === 'ident' ? this.#local(node.name)?.entries : undefined);
    if (known) return known;
    if (node.kind === 'list') return { isList: true, key: ONE, value: this.#unionOf(node.elements) };
    if (node.kind !== 'map') return undefined;
    const { entries } = node;
    return { isList: false, key: this.#unionOf(entries.map(({ key }) => key)), value: this.#unionOf(entries.map(({ value }) => value)) };
  }

  #unionOf(nodes: readonly Node[]): Size {
    return (
      nodes.map((node) => this.#sizeOr(node)).reduce<Size | undefined>((all, size) => (all ? union(all, size) : size), undefined) ?? {
        min: 0,
        max: 0,
      }
    );
  }

  /** The size of the items of a list of texts or bytes; 0 for others. Only what is declared is known, as in the real server. */
  #itemSize(node: Node): Size {
    const type = this.#checked.typeOf(node);
    if (type.kind !== 'list' || (type.element.kind !== 'string' && type.element.kind !== 'bytes')) return { min: 0, max: 0 };
    const declared = this.#origins.get(node)?.declared?.element;
    return declared ? { min: 0, max: declared.maxElements } : UNKNOWN;
  }
}

const KEY: DeclaredType = { type: { kind: 'string' }, maxElements: 0, minSize: 2, read: (data) => String(data) };

function callCost({ cost }: Overload, sizes: readonly Size[], items: readonly Size[]): number {
  if (!cost) return 1;
  return capped(
    cost(
      sizes.map(({ max }) => max),
      items.map(({ max }) => max),
    ),
  );
}

function unionEntries(a: EntrySizes | undefined, b: EntrySizes | undefined): EntrySizes | undefined {
  return a && b && { isList: a.isList, key: union(a.key, b.key), value: union(a.value, b.value) };
}

function literalSize(node: Node): Size | undefined {
  if (node.kind === 'list') return fixed(node.elements.length);
  if (node.kind === 'map') return fixed(node.entries.length);
  if (node.kind !== 'literal') return undefined;
  if (typeof node.value === 'string') return fixed(codePointLength(node.value));
  return node.value instanceof Uint8Array ? fixed(node.value.length) : ONE;
}

const fixed = (size: number): Size => ({ min: size, max: size });

function isScalar(type: Type): boolean {
  const inner = unwrapOptional(type);
  if (inner) return isScalar(inner);
  return ['bool', 'double', 'duration', 'int', 'timestamp', 'uint'].includes(type.kind);
}
