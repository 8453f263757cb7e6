import { isMap } from '../is-map.js';
import type { ElementIndex } from './list-elements.js';
import { elementOf, elementsOf } from './list-elements.js';
import type { ListType, MapType, MergeType } from './merge-type.js';
import { shapeOf } from './merge-type.js';
import { ownMember } from './own-member.js';
import type { PathElement } from './path-element.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * Merges a configuration into an object: structs and maps member by member, keyed lists element by element, sets as sets, all else
 * whole. A null stays as null. Nothing is removed; the arguments are not changed, and the result shares parts with them.
 */
export function mergeObjects(type: MapType, live: Json, configuration: Json): Json {
  return mergeMembers(type, live, configuration);
}

function mergeNode(type: MergeType, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return live;
  const shape = shapeOf(type, applied);
  if (shape === 'map' && !type.map!.atomic) {
    const [mine, theirs] = [isMap(live) ? live : {}, isMap(applied) ? applied : {}];
    // Where neither side has anything, null and {} are told apart.
    return isEmpty(mine) && isEmpty(theirs) ? applied : mergeMembers(type.map!, mine, theirs);
  }
  if (shape === 'list' && type.list!.kind !== 'atomic') {
    const [mine, theirs] = [Array.isArray(live) ? live : [], Array.isArray(applied) ? applied : []];
    return mine.length === 0 && theirs.length === 0 ? applied : mergeElements(type.list!, mine, theirs);
  }
  return applied;
}

const isEmpty = (map: object) => Object.keys(map).length === 0;

function mergeMembers(type: MapType, live: Json, applied: Json): Json {
  const result: Record<string, unknown> = { ...live };
  for (const [name, value] of Object.entries(applied)) {
    const memberType = type.member(name);
    if (memberType && value !== undefined) result[name] = mergeNode(memberType, ownMember(live, name), value);
  }
  return result;
}

/**
 * What only one list has keeps its place among its neighbours; what both have stands in the order of the configuration, and what the
 * object has in another order moves there.
 */
function mergeElements(type: ListType, live: readonly unknown[], applied: readonly unknown[]): unknown[] {
  const [mine, theirs] = [elementsOf(type, live), elementsOf(type, applied)];
  const merged = (element: PathElement) => mergeNode(type.element, single(mine, element), theirs.get(element)![0]);
  const order = [...theirs.keys()];
  const shared = order.filter((element) => mine.has(element));
  const placed = new Set<PathElement>();
  const result: unknown[] = [];
  const place = (element: PathElement) => {
    result.push(merged(element));
    placed.add(element);
    if (shared[0] === element) shared.shift();
  };
  let next = 0;
  for (const value of live) {
    const element = elementOf(type, value);
    if (element === undefined || !theirs.has(element)) {
      result.push(value);
      continue;
    }
    // An element that both have comes when it is its turn in the configuration, together with the new ones before it.
    if (placed.has(element) || element !== shared[0]) continue;
    while (order[next] !== element) place(order[next++]!);
    place(element);
    next += 1;
  }
  while (next < order.length) place(order[next++]!);
  return result;
}

/** The one live element of that name; of duplicates none is merged with. */
function single(index: ElementIndex, element: PathElement): unknown {
  const same = index.get(element);
  return same?.length === 1 ? same[0] : undefined;
}
