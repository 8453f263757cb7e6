import { isMap } from '../is-map.js';
import type { FieldSet } from './field-set.js';
import { isLeaf, isMember } from './field-set.js';
import { elementOf } from './list-elements.js';
import type { ListType, MapType, MergeType } from './merge-type.js';

type Json = Readonly<Record<string, unknown>>;

/** The object without the fields of a set; null stands where a map or list has lost its last member so. Shares the rest with it. */
export function removeFields(type: MapType, object: Json, set: FieldSet): Json {
  return removeMembers(type, object, set) ?? {};
}

function removeNode(type: MergeType, value: unknown, set: FieldSet): unknown {
  if (isLeaf(set)) return value;
  if (isMap(value) && type.map && !type.map.atomic) return removeMembers(type.map, value, set);
  if (Array.isArray(value) && type.list && type.list.kind !== 'atomic') return removeElements(type.list, value, set);
  return value;
}

function removeMembers(type: MapType, value: Json, set: FieldSet): Json | null {
  let result: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    const node = set[`f:${name}`];
    if (!node) continue;
    const memberType = type.member(name);
    const left = isMember(node) || !memberType ? undefined : removeNode(memberType, value[name], node);
    if (left === value[name]) continue;
    result ??= { ...value };
    if (left === undefined) delete result[name];
    else result[name] = left;
  }
  if (!result) return value;
  return Object.keys(result).length > 0 ? result : null;
}

function removeElements(type: ListType, list: readonly unknown[], set: FieldSet): readonly unknown[] | null {
  const result = list.flatMap((value) => {
    const element = elementOf(type, value);
    const node = element === undefined ? undefined : set[element];
    if (!node) return [value];
    if (isMember(node)) return [];
    const left = removeNode(type.element, value, node);
    return left === null ? [] : [left];
  });
  return result.length > 0 ? result : null;
}
