import { isMap } from '../is-map.js';
import type { Children, FieldSet } from './field-set.js';
import { isLeaf, LEAF, NO_FIELDS, nodeOf, withSelf } from './field-set.js';
import { elementsOf } from './list-elements.js';
import type { ListType, MapType, MergeType } from './merge-type.js';
import { shapeOf } from './merge-type.js';

/**
 * The fields that a configuration names: what its applier owns. A field of a struct counts by what is in it; members of maps and
 * elements of lists, nulls and empty maps count themselves.
 */
export function configuredFields(type: MapType, configuration: Readonly<Record<string, unknown>>): FieldSet {
  return nodeOf(membersOf(type, configuration)) ?? NO_FIELDS;
}

/** The node of a value; undefined when it names no field. */
function fieldsOf(type: MergeType, value: unknown): FieldSet | undefined {
  const shape = shapeOf(type, value);
  if (shape === 'scalar') return LEAF;
  if (shape === 'list') {
    if (type.list!.kind === 'atomic') return LEAF;
    return Array.isArray(value) ? nodeOf(elementNodes(type.list!, value)) : undefined;
  }
  if (type.map!.atomic) return LEAF;
  return isMap(value) ? nodeOf(membersOf(type.map!, value)) : undefined;
}

function membersOf(type: MapType, value: Readonly<Record<string, unknown>>): Children {
  const children: Children = {};
  for (const [name, member] of Object.entries(value)) {
    const memberType = member === undefined ? undefined : type.member(name);
    if (!memberType) continue;
    const node = fieldsOf(memberType, member);
    const counts = member === null || (isMap(member) && isLeaf(member as FieldSet)) || !type.declares(name);
    const child = counts ? withSelf(node ?? LEAF) : node;
    if (child) children[`f:${name}`] = child;
  }
  return children;
}

function elementNodes(type: ListType, list: readonly unknown[]): Children {
  const children: Children = {};
  for (const [element, same] of elementsOf(type, list)) {
    children[element] = same.length > 1 ? LEAF : withSelf(fieldsOf(type.element, same[0]) ?? LEAF);
  }
  return children;
}

/** The set with each struct field in it that holds one of its fields: to drop all that is in a struct is to drop the struct. */
export function withStructs(type: MergeType | undefined, set: FieldSet): FieldSet {
  const children: Children = {};
  for (const element of Object.keys(set)) {
    const node = set[element]!;
    if (element === '.' || isLeaf(node)) {
      children[element] = node;
      continue;
    }
    const name = element.startsWith('f:') ? element.slice(2) : undefined;
    const below = withStructs(name === undefined ? type?.list?.element : type?.map?.member(name), node);
    children[element] = name !== undefined && type?.map?.declares(name) ? withSelf(below) : below;
  }
  return nodeOf(children) ?? NO_FIELDS;
}
