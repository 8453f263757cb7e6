import type { PathElement } from './path-element.js';
import { compareElements, printElement } from './path-element.js';

/**
 * A set of fields of an object, as it stands in `fieldsV1`: a tree by {@link PathElement}s. A node without children, or with a child
 * `.`, is itself in the set; any other is only on the way to one that is. Frozen and shared: operations give back what they were
 * given wherever nothing changes, so that owners whose fields a write does not touch keep the same tree.
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

/** A node of children that are in order, or to be put in order; undefined when there is nothing in it. */
export function nodeOf(member: boolean, children: Record<PathElement, FieldSet> | undefined, sorted = false): FieldSet | undefined {
  if (children === undefined || isLeaf(children)) return member ? LEAF : undefined;
  const below = sorted ? children : inOrder(children);
  return Object.freeze(member ? { [SELF]: LEAF, ...below } : below);
}

/** The node with its own field in the set. */
export function withSelf(node: FieldSet): FieldSet {
  return isMember(node) ? node : Object.freeze({ [SELF]: LEAF, ...node });
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
  let node = LEAF;
  for (const element of [...path].reverse()) node = Object.freeze({ [element]: node });
  return node;
}

/** All fields of both. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isLeaf(b)) return a;
  if (isLeaf(a)) return b;
  let result: Record<PathElement, FieldSet> | undefined;
  let added = false;
  for (const element in b) {
    const [mine, theirs] = [a[element], b[element]!];
    if (mine === undefined) added = true;
    const joined = mine === undefined ? theirs : unionNode(mine, theirs);
    if (joined !== mine) (result ??= { ...a })[element] = joined;
  }
  if (result === undefined) return a;
  return Object.freeze(added ? inOrder(result) : result);
}

function unionNode(a: FieldSet, b: FieldSet): FieldSet {
  if (isLeaf(a)) return withSelf(b);
  if (isLeaf(b)) return withSelf(a);
  return union(a, b);
}

/** The fields of `a` that are in `b` too. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result: Record<PathElement, FieldSet> = {};
  for (const element in a) {
    if (element === SELF || !(element in b)) continue;
    const [mine, theirs] = [a[element]!, b[element]!];
    const node = nodeOf(isMember(mine) && isMember(theirs), { ...intersection(mine, theirs) }, true);
    if (node) result[element] = node;
  }
  return Object.freeze(result);
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
  let result: Record<PathElement, FieldSet> | undefined;
  for (const element in b) {
    const mine = element === SELF ? undefined : a[element];
    if (mine === undefined) continue;
    const left = withoutNode(mine, b[element]!, below);
    if (left === mine) continue;
    result ??= { ...a };
    if (left) result[element] = left;
    else delete result[element];
  }
  return result ? Object.freeze(result) : a;
}

function withoutNode(mine: FieldSet, theirs: FieldSet, below: boolean): FieldSet | undefined {
  const gone = isMember(theirs);
  if (gone && below) return undefined;
  const { [SELF]: _, ...children } = mine;
  const kept = without(children, theirs, below);
  const member = isMember(mine);
  if (kept === children && !(member && gone)) return mine;
  return nodeOf(member && !gone, { ...kept }, true);
}

/** The fields of a set as texts such as `.spec.containers[name="web"].image`; those of a level before those below. */
export function printFields(set: FieldSet, prefix = ''): string[] {
  const elements = Object.keys(set).filter((element) => element !== SELF);
  return [
    ...elements.filter((element) => isMember(set[element]!)).map((element) => prefix + printElement(element)),
    ...elements.flatMap((element) => printFields(set[element]!, prefix + printElement(element))),
  ];
}

function inOrder(children: Record<PathElement, FieldSet>): Record<PathElement, FieldSet> {
  const elements = Object.keys(children);
  let sorted = true;
  for (let at = 1; at < elements.length && sorted; at += 1) sorted = compareElements(elements[at - 1]!, elements[at]!) < 0;
  if (sorted) return children;
  const result: Record<PathElement, FieldSet> = {};
  for (const element of elements.sort(compareElements)) result[element] = children[element]!;
  return result;
}
