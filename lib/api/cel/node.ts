import type { Value } from './values.js';

/** A place in the tree of an expression; `offset` is where its operator, or its first token, stands in the text. */
export type Node = Literal | Ident | Select | Call | ListNode | MapNode | StructNode | Comprehension;

export interface Literal {
  readonly kind: 'literal';
  readonly offset: number;
  readonly value: Value;
}

export interface Ident {
  readonly kind: 'ident';
  readonly offset: number;
  readonly name: string;
}

/** `operand.field`, or `has(operand.field)`. */
export interface Select {
  readonly kind: 'select';
  readonly offset: number;
  readonly operand: Node;
  readonly field: string;
  readonly test: boolean;
}

/** A call of a function or an operator (`_+_`, `_[_]`, `_?_:_` …). */
export interface Call {
  readonly kind: 'call';
  readonly offset: number;
  readonly name: string;
  readonly target: Node | undefined;
  readonly args: readonly Node[];
}

export interface ListNode {
  readonly kind: 'list';
  readonly offset: number;
  readonly elements: readonly Node[];
  /** Indices of elements that are left out when they have no value: `[?a]`. */
  readonly optional: ReadonlySet<number>;
}

export interface MapNode {
  readonly kind: 'map';
  readonly offset: number;
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: Node;
  readonly value: Node;
  readonly optional: boolean;
}

/** `Name{field: value}`: the makers of messages. No type of ours can be made so. */
export interface StructNode {
  readonly kind: 'struct';
  readonly offset: number;
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly value: Node; readonly offset: number }[];
}

/**
 * What a macro over a list or map becomes: a fold. The checker and the cost estimate read the fold, in the form that cel-go gives it;
 * the interpreter reads the shape, and does the same without folding.
 */
export interface Comprehension {
  readonly kind: 'comprehension';
  readonly offset: number;
  readonly range: Node;
  readonly variable: string;
  readonly second: string | undefined;
  readonly accumulator: string;
  readonly initial: Node;
  readonly condition: Node;
  readonly step: Node;
  readonly result: Node;
  readonly shape: Shape;
}

export type Shape =
  | { readonly kind: 'all' | 'exists' | 'existsOne'; readonly predicate: Node }
  /** A list of what becomes of each; a map of the same keys; a map of the entries that each gives. */
  | { readonly kind: 'list' | 'map' | 'entries'; readonly filter: Node | undefined; readonly transform: Node }
  /** `cel.bind`: a name for a value. */
  | { readonly kind: 'bind'; readonly value: Node; readonly body: Node };
