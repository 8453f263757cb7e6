import { isMap } from '../is-map.js';
import type { ListType } from './merge-type.js';
import { ownMember } from './own-member.js';
import type { PathElement } from './path-element.js';
import { keyElement, valueElement } from './path-element.js';

/** The elements of a list by what tells them apart, in the order of the list. Several under one step are duplicates. */
export type ElementIndex = Map<PathElement, unknown[]>;

/** Indexes a set or keyed list. Elements that cannot be told apart are left out: {@link elementFault} says why. */
export function elementsOf(type: ListType, list: readonly unknown[]): ElementIndex {
  const index: ElementIndex = new Map();
  for (const value of list) {
    const element = elementOf(type, value);
    if (element === undefined) continue;
    const same = index.get(element);
    if (same) same.push(value);
    else index.set(element, [value]);
  }
  return index;
}

/** What tells an element from the others; undefined when it says too little. */
export function elementOf(type: ListType, value: unknown): PathElement | undefined {
  if (elementFault(type, value) !== undefined) return undefined;
  if (type.kind === 'set') return valueElement(value);
  return keyElement(type.keys, (name) => keyOf(type, value as Record<string, unknown>, name));
}

/** Why an element cannot stand in a set or keyed list; undefined when it can. */
export function elementFault(type: ListType, value: unknown): string | undefined {
  const nothing = value === null || value === undefined;
  if (type.kind === 'set') {
    if (nothing) return `associative list without keys has an element that's an explicit null`;
    if (typeof value !== 'object') return undefined;
    return Array.isArray(value)
      ? 'not supported: associative list with lists as elements'
      : `associative list without keys has an element that's a map type`;
  }
  if (nothing) return 'associative list with keys may not have a null element';
  if (!isMap(value)) return 'associative list with keys may not have non-map elements';
  const lacking = type.keys.find((name) => keyOf(type, value, name) === undefined);
  if (lacking === undefined) return undefined;
  return `associative list with keys has an element that omits key field ${JSON.stringify(lacking)} (and doesn't have default value)`;
}

function keyOf(type: ListType, value: Record<string, unknown>, name: string): unknown {
  const given = ownMember(value, name);
  return given === undefined ? type.keyDefault(name) : given;
}
