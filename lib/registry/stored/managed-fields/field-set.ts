import type { PathElement } from './path-element.js';
import { compareElements, printElement } from './path-element.js';
import { inOnePiece, Recent } from './recent.js';

/**
 * A set of fields of an object, as it stands in `fieldsV1`: a tree by {@link PathElement}s. A node without children, or with a child
 * `.`, is itself in the set; any other is only on the way to one that is. Frozen and shared: operations give back what they were
 * given wherever nothing changes, so that owners whose fields a write does not touch keep the same tree, and equal trees that are
 * made one after the other are one: thousands of objects of one shape hold one set.
 */
export interface FieldSet {
  readonly [element: PathElement]: FieldSet;
}

/** A field without fields below it; as a whole set: no field at all. */
export const LEAF: FieldSet = Object.freeze({});

/** A set of no fields. */
export const NO_FIELDS = LEAF;

const SELF = '.';

/** Whether nothing stands below a node. */
export function isLeaf(node: FieldSet): boolean {
  for (const _ in node) return false;
  return true;
}

/** Whether the field of a node is itself in the set. */
export const isMember = (node: FieldSet): boolean => SELF in node || isLeaf(node);

/** Children of a node that is being made. */
export type Children = Record<PathElement, FieldSet>;

/** Children of a node that is itself in the set. */
export const selfAndChildren = (): Children => ({ [SELF]: LEAF });

/** A node with more children is not shared: to find it would cost more than to make it. */
const MOST_SHARED = 1000;

/** Shared nodes by what they hold, and their numbers, by which those that hold them are found. */
const shared = new Recent<string, FieldSet>(4096);
const numbers = new WeakMap<FieldSet, number>([[LEAF, 0]]);
let lastNumber = 0;

/** The node of these children, in any order. It takes them over. Undefined when there are none. */
export function nodeOf(children: Children): FieldSet | undefined {
  let key = '';
  let count = 0;
  for (const element in children) {
    const number = numbers.get(children[element]!);
    count += 1;
    // With its length in front, no name can be taken for the end of another.
    key += `${element.length}:${element}${number ?? '?'};`;
    if (number === undefined || count > MOST_SHARED) return Object.freeze(inOrder(children));
  }
  if (count === 0) return undefined;
  if (count === 1 && SELF in children) return LEAF;
  let node = shared.get(key);
  if (!node) {
    const ordered = inOrder(children);
    node = ordered === children ? numbered(Object.freeze(children)) : nodeOf(ordered)!;
    shared.set(inOnePiece(key), node, 1 + key.length / 256);
  }
  return node;
}

function numbered(node: FieldSet): FieldSet {
  lastNumber += 1;
  numbers.set(node, lastNumber);
  return node;
}

/** What tells a set from others for as long as it is shared; undefined for one that is not. */
export const numberOf = (set: FieldSet): number | undefined => numbers.get(set);

/** How long a set is, in characters of its names. */
export function lengthOf(set: FieldSet): number {
  let length = 0;
  for (const element in set) length += element.length + lengthOf(set[element]!);
  return length;
}

/** The node with its own field in the set. */
export function withSelf(node: FieldSet): FieldSet {
  return isMember(node) ? node : nodeOf({ [SELF]: LEAF, ...node })!;
}

/** Whether the field at a path is in the set. */
export function hasField(set: FieldSet, path: readonly PathElement[]): boolean {
  let node = set;
  for (const element of path) {
    if (!Object.hasOwn(node, element)) return false;
    node = node[element]!;
  }
  return path.length > 0 && isMember(node);
}

/** A set of one field. */
export function fieldAt(path: readonly PathElement[]): FieldSet {
  return [...path].reverse().reduce((node, element) => nodeOf({ [element]: node })!, LEAF);
}

/** All fields of both. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isLeaf(b)) return a;
  if (isLeaf(a)) return b;
  let result: Children | undefined;
  for (const element in b) {
    const [mine, theirs] = [a[element], b[element]!];
    const joined = mine === undefined ? theirs : unionNode(mine, theirs);
    if (joined !== mine) (result ??= { ...a })[element] = joined;
  }
  return result ? nodeOf(result)! : a;
}

function unionNode(a: FieldSet, b: FieldSet): FieldSet {
  if (isLeaf(a)) return withSelf(b);
  if (isLeaf(b)) return withSelf(a);
  return union(a, b);
}

/** The fields of `a` that are in `b` too. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return nodeOf(common(a, b)) ?? NO_FIELDS;
}

function common(a: FieldSet, b: FieldSet): Children {
  const result: Children = {};
  for (const element in a) {
    if (element === SELF || !(element in b)) continue;
    const [mine, theirs] = [a[element]!, b[element]!];
    const children = common(mine, theirs);
    const node = nodeOf(isMember(mine) && isMember(theirs) ? { ...selfAndChildren(), ...children } : children);
    if (node) result[element] = node;
  }
  return result;
}

/** The fields of `a` that are not in `b`; what stands below a field of `b` stays. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return without(a, b, false);
}

/** The fields of `a` that are neither in `b` nor below a field that is. */
export function differenceBelow(a: FieldSet, b: FieldSet): FieldSet {
  return without(a, b, true);
}

function without(a: FieldSet, b: FieldSet, below: boolean): FieldSet {
  let result: Children | undefined;
  for (const element in b) {
    const mine = element === SELF ? undefined : a[element];
    if (mine === undefined) continue;
    const left = withoutNode(mine, b[element]!, below);
    if (left === mine) continue;
    result ??= { ...a };
    if (left) result[element] = left;
    else delete result[element];
  }
  return result ? (nodeOf(result) ?? NO_FIELDS) : a;
}

function withoutNode(mine: FieldSet, theirs: FieldSet, below: boolean): FieldSet | undefined {
  const gone = isMember(theirs);
  if (gone && below) return undefined;
  const member = isMember(mine);
  const kept = without(mine, theirs, below);
  if (!member || !gone) return kept === NO_FIELDS && !member ? undefined : kept;
  const { [SELF]: _, ...children } = kept;
  return nodeOf(children);
}

/** The fields of a set as texts such as `.spec.containers[name="web"].image`; those of a level before those below. */
export function printFields(set: FieldSet, prefix = ''): string[] {
  const elements = Object.keys(set).filter((element) => element !== SELF);
  return [
    ...elements.filter((element) => isMember(set[element]!)).map((element) => prefix + printElement(element)),
    ...elements.flatMap((element) => printFields(set[element]!, prefix + printElement(element))),
  ];
}

function inOrder(children: Children): Children {
  const elements = Object.keys(children);
  let sorted = true;
  for (let at = 1; at < elements.length && sorted; at += 1) sorted = compareElements(elements[at - 1]!, elements[at]!) < 0;
  if (sorted) return children;
  const result: Children = {};
  for (const element of elements.sort(compareElements)) result[element] = children[element]!;
  return result;
}
