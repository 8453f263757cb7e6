import type { Schema } from '../../../api/schema/schema.js';
import { deepEqual } from '../deep-equal.js';
import { copyJson } from '../draft.js';
import { orderApplied } from './list-order.js';
import { isMap } from './merge-patch.js';

/**
 * Merges an apply configuration into an object by the list types of the schema: maps member by member, keyed lists element by
 * element, sets as sets, all else whole. A null unsets. Neither argument is changed.
 *
 * Field owners are not kept, so nothing is removed because it is no longer applied, and there are no conflicts.
 */
export function mergeConfiguration(schema: Schema | undefined, current: unknown, applied: unknown): unknown {
  if (isMap(applied) && schema?.['x-kubernetes-map-type'] !== 'atomic') return mergeMaps(schema, isMap(current) ? current : {}, applied);
  if (Array.isArray(applied)) return mergeLists(schema, Array.isArray(current) ? current : [], applied);
  return copyJson(applied);
}

function mergeMaps(schema: Schema | undefined, current: Record<string, unknown>, applied: Record<string, unknown>): object {
  const result = { ...current };
  for (const [key, value] of Object.entries(applied)) {
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = mergeConfiguration(memberOf(schema, key), current[key], value);
  }
  return result;
}

function mergeLists(schema: Schema | undefined, current: readonly unknown[], applied: readonly unknown[]): unknown[] {
  const type = schema?.['x-kubernetes-list-type'];
  if (type !== 'map' && type !== 'set') return copyJson([...applied]);
  const keys = schema?.['x-kubernetes-list-map-keys'] ?? [];
  const same = type === 'set' ? deepEqual : sameKeys(keys, schema?.items);
  const merged = [...current];
  for (const element of applied) {
    const at = merged.findIndex((other) => same(other, element));
    if (at < 0) merged.push(copyJson(element));
    else merged[at] = mergeConfiguration(schema?.items, merged[at], element);
  }
  return orderApplied(merged, applied, current, same);
}

/** A key that an element leaves out has its default, such as the protocol of a port. */
function sameKeys(keys: readonly string[], items: Schema | undefined) {
  const valueOf = (element: unknown, key: string) => (isMap(element) ? (element[key] ?? items?.properties?.[key]?.default) : undefined);
  return (a: unknown, b: unknown) => keys.every((key) => deepEqual(valueOf(a, key), valueOf(b, key)));
}

function memberOf(schema: Schema | undefined, key: string): Schema | undefined {
  const named = schema?.properties?.[key];
  if (named) return named;
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
