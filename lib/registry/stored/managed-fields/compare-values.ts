import { deepEqual } from '../deep-equal.js';
import { isMap } from '../is-map.js';
import type { Children, FieldSet } from './field-set.js';
import { isLeaf, LEAF, NO_FIELDS, nodeOf, selfAndChildren, union, withSelf } from './field-set.js';
import { elementsOf } from './list-elements.js';
import type { ListType, MapType, MergeType } from './merge-type.js';
import { shapeOf } from './merge-type.js';
import { ownMember } from './own-member.js';
import type { PathElement } from './path-element.js';

/** How one value differs from another. No field is in both sets. */
export interface Difference {
  /** Fields that are new or have another value. */
  readonly changed: FieldSet;
  /** Fields that are gone. */
  readonly removed: FieldSet;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Compares two objects of a kind field by field; undefined when nothing differs. What `skip` has as leaves is not looked at.
 * It runs on every write: what did not change is walked once and costs no memory.
 */
export function compareObjects(type: MapType, before: Json, after: Json, skip: FieldSet): Difference | undefined {
  return compareMembers(type, before, after, skip);
}

/** All of a value that is there on one side only: each field, and each struct, map, list or element that holds some. */
export function wholeNode(type: MergeType, value: unknown): FieldSet {
  const shape = shapeOf(type, value);
  if (shape === 'map' && !type.map!.atomic && isMap(value)) {
    const children = selfAndChildren();
    for (const name of Object.keys(value)) {
      const member = value[name];
      const memberType = member === undefined ? undefined : type.map!.member(name);
      if (memberType) children[`f:${name}`] = wholeNode(memberType, member);
    }
    return nodeOf(children)!;
  }
  if (shape === 'list' && type.list!.kind !== 'atomic' && Array.isArray(value)) {
    const children = selfAndChildren();
    for (const [element, same] of elementsOf(type.list!, value)) {
      // Of elements that stand twice it is only known that they are there.
      children[element] = same.length > 1 ? LEAF : wholeNode(type.list!.element, same[0]);
    }
    return nodeOf(children)!;
  }
  return LEAF;
}

function compareNode(type: MergeType, before: unknown, after: unknown): NodeDifference | undefined {
  if (before === after) return undefined;
  if (before === undefined) return { changed: wholeNode(type, after) };
  if (after === undefined) return { removed: wholeNode(type, before) };
  const [was, is] = [shapeOf(type, before), shapeOf(type, after)];
  if (was === is) return compareAs(is, type, before, after);
  // A value that is now written in another way is changed itself, and so is what is in it.
  return joined(compareAs(was, type, before, after), compareAs(is, type, before, after));
}

/** As {@link Difference}, for one node; what is absent has no field. */
interface NodeDifference {
  readonly changed?: FieldSet | undefined;
  readonly removed?: FieldSet | undefined;
}

function compareAs(shape: 'scalar' | 'list' | 'map', type: MergeType, before: unknown, after: unknown): NodeDifference | undefined {
  if (shape === 'map') {
    const [was, is] = [isMap(before) ? before : EMPTY, isMap(after) ? after : EMPTY];
    const whole = type.map!.atomic || (isEmpty(was) && isEmpty(is));
    return whole ? leaf(before, after) : below(compareMembers(type.map!, was, is, NO_FIELDS));
  }
  if (shape === 'list') {
    const [was, is] = [Array.isArray(before) ? before : NONE, Array.isArray(after) ? after : NONE];
    const whole = type.list!.kind === 'atomic' || (was.length === 0 && is.length === 0);
    return whole ? leaf(before, after) : below(compareElements(type.list!, was, is));
  }
  return leaf(before, after);
}

const EMPTY: Json = Object.freeze({});
const NONE: readonly unknown[] = [];
const CHANGED: NodeDifference = { changed: LEAF };

const leaf = (before: unknown, after: unknown) => (deepEqual(before, after) ? undefined : CHANGED);
const isEmpty = (map: Json) => isLeaf(map as FieldSet);

function below(difference: Difference | undefined): NodeDifference | undefined {
  if (!difference) return undefined;
  const { changed, removed } = difference;
  return { changed: isLeaf(changed) ? undefined : changed, removed: isLeaf(removed) ? undefined : removed };
}

function compareMembers(type: MapType, before: Json, after: Json, skip: FieldSet): Difference | undefined {
  let found: Collected | undefined;
  const compare = (name: string, was: unknown, is: unknown) => {
    if (was === is) return;
    const difference = compareMember(type.member(name), skip[`f:${name}`], was, is);
    if (difference) found = (found ?? new Collected()).add(`f:${name}`, difference);
  };
  for (const name of Object.keys(after)) compare(name, ownMember(before, name), after[name]);
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) compare(name, before[name], undefined);
  return found?.result();
}

function compareMember(
  type: MergeType | undefined,
  skip: FieldSet | undefined,
  before: unknown,
  after: unknown,
): NodeDifference | undefined {
  if (!type || (skip && isLeaf(skip))) return undefined;
  // What is skipped in part, such as metadata, is never owned itself.
  return skip ? below(compareMembers(type.map!, mapOf(before), mapOf(after), skip)) : compareNode(type, before, after);
}

const mapOf = (value: unknown) => (isMap(value) ? value : EMPTY);

function compareElements(type: ListType, before: readonly unknown[], after: readonly unknown[]): Difference | undefined {
  if (deepEqual(before, after)) return undefined;
  const [was, is] = [elementsOf(type, before), elementsOf(type, after)];
  let found: Collected | undefined;
  for (const element of new Set([...was.keys(), ...is.keys()])) {
    const difference = compareSame(type, was.get(element) ?? NONE, is.get(element) ?? NONE);
    if (difference) found = (found ?? new Collected()).add(element, difference);
  }
  return found?.result();
}

/** The elements that go by one name on either side; usually one each. */
function compareSame(type: ListType, before: readonly unknown[], after: readonly unknown[]): NodeDifference | undefined {
  if (before.length <= 1 && after.length <= 1) return compareNode(type.element, before[0], after[0]);
  if (before.length > 1 && after.length > 1) return leaf(before, after);
  const rest = before.length > 1 ? compareNode(type.element, undefined, after[0]) : compareNode(type.element, before[0], undefined);
  return joined(before.length > 1 ? { removed: LEAF } : CHANGED, after.length === 0 || before.length === 0 ? undefined : rest);
}

function joined(a: NodeDifference | undefined, b: NodeDifference | undefined): NodeDifference | undefined {
  if (!a || !b) return a ?? b;
  return { changed: joinedNodes(a.changed, b.changed), removed: joinedNodes(a.removed, b.removed) };
}

function joinedNodes(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (!a || !b) return a ?? b;
  if (isLeaf(a)) return withSelf(b);
  return isLeaf(b) ? withSelf(a) : union(a, b);
}

/** Gathers what differs in the members of a map or the elements of a list. */
class Collected {
  readonly #changed: Children = {};
  readonly #removed: Children = {};

  add(element: PathElement, { changed, removed }: NodeDifference): this {
    if (changed) this.#changed[element] = changed;
    if (removed) this.#removed[element] = removed;
    return this;
  }

  result(): Difference {
    return { changed: nodeOf(this.#changed) ?? NO_FIELDS, removed: nodeOf(this.#removed) ?? NO_FIELDS };
  }
}
