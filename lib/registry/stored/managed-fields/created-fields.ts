import { deepEqual } from '../deep-equal.js';
import { isMap } from '../is-map.js';
import { compareObjects } from './compare-values.js';
import type { FieldSet } from './field-set.js';
import { isLeaf, NO_FIELDS } from './field-set.js';
import { elementOf } from './list-elements.js';
import type { ListType, MapType, MergeType } from './merge-type.js';
import { shapeOf } from './merge-type.js';
import { ownMember } from './own-member.js';
import { inOnePiece, Recent } from './recent.js';

type Json = Readonly<Record<string, unknown>>;

/** How many shapes of objects of a kind are remembered. */
const SHAPES = 128;

const known = new WeakMap<FieldSet, WeakMap<MapType, Recent<string, FieldSet>>>();

/**
 * The fields of a new object: what it has besides the `empty` one of its kind. Objects of one shape have the same fields, whatever
 * their values are, and most new objects have the shape of others before: their fields are found by a text that says the shape.
 */
export function createdFields(type: MapType, empty: Json, object: Json, skip: FieldSet): FieldSet {
  let types = known.get(skip);
  if (!types) known.set(skip, (types = new WeakMap<MapType, Recent<string, FieldSet>>()));
  let shapes = types.get(type);
  if (!shapes) types.set(type, (shapes = new Recent<string, FieldSet>(SHAPES)));
  const shape = membersText(type, empty, object, skip);
  const fields = shapes.get(shape);
  if (fields) return fields;
  const made = compareObjects(type, empty, object, skip)?.changed ?? NO_FIELDS;
  shapes.set(inOnePiece(shape), made, 1 + shape.length / 2048);
  return made;
}

/** Says all that decides about the fields of a value: names, keys of elements, values of sets, and what is as it is in `empty`. */
function shapeText(type: MergeType, empty: unknown, value: unknown): string {
  const shape = shapeOf(type, value);
  if (shape === 'map' && isMap(value) && !type.map!.atomic && !isLeaf(value as FieldSet)) {
    return membersText(type.map!, mapOf(empty), value, NO_FIELDS);
  }
  if (shape === 'list' && Array.isArray(value) && type.list!.kind !== 'atomic' && value.length > 0) return elementsText(type.list!, value);
  return empty === undefined || !deepEqual(empty, value) ? '' : '=';
}

const NOTHING: Json = Object.freeze({});
const mapOf = (value: unknown) => (isMap(value) ? value : NOTHING);

function membersText(type: MapType, empty: Json, value: Json, skip: FieldSet): string {
  let text = '{';
  for (const name in value) {
    const member = value[name];
    const skipped = skip === NO_FIELDS ? undefined : skip[`f:${name}`];
    if (member === undefined || (skipped && isLeaf(skipped))) continue;
    const memberType = type.member(name);
    if (!memberType) continue;
    const was = empty === NOTHING ? undefined : ownMember(empty, name);
    // Names may hold anything: their length says where they end.
    text += `${name.length} ${name}`;
    text += skipped ? membersText(memberType.map!, mapOf(was), mapOf(member), skipped) : shapeText(memberType, was, member);
  }
  return `${text}}`;
}

function elementsText(type: ListType, list: readonly unknown[]): string {
  let text = '[';
  for (const value of list) {
    const element = elementOf(type, value);
    if (element !== undefined) text += element + shapeText(type.element, undefined, value);
  }
  return `${text}]`;
}
