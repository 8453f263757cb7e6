import { jsonText } from '../../../api/exact-json.js';
import type { Schema } from '../../../api/schema/schema.js';
import { badRequest } from '../../../api/status-error.js';
import { deepEqual } from '../deep-equal.js';
import { copyJson } from '../draft.js';
import type { SameElement } from './list-order.js';
import { orderMerged, sameBy } from './list-order.js';
import { isMap } from '../is-map.js';

const DIRECTIVE = '$patch';
const RETAIN = '$retainKeys';
const DELETE_LIST = '$deleteFromPrimitiveList/';
const ELEMENT_ORDER = '$setElementOrder/';

type Json = Record<string, unknown>;

/**
 * Kubernetes' strategic merge patch: like a merge patch, but lists that the schema gives a patch strategy `merge` are merged
 * element by element. Neither argument is changed. Throws 400 for directives that make no sense.
 */
export function applyStrategicPatch(schema: Schema | undefined, document: Json, patch: Json): Json {
  return mergeMap(schema, copyJson(document), copyJson(patch));
}

function mergeMap(schema: Schema | undefined, original: Json, patch: Json): Json {
  const directive = patch[DIRECTIVE];
  if (directive === 'replace') return withoutDirectives(without(patch, DIRECTIVE)) as Json;
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') throw badRequest(`unknown patch type: ${jsonText(directive)}`);
  retainKeys(original, patch);
  orderLists(schema, original, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (key === DIRECTIVE || key === RETAIN || key.startsWith(ELEMENT_ORDER)) continue;
    if (key.startsWith(DELETE_LIST)) removeValues(original, key.slice(DELETE_LIST.length), value);
    else if (value === null) delete original[key];
    else if (value !== undefined) original[key] = mergeValue(childOf(schema, key), original[key], value, key);
  }
  return original;
}

function mergeValue(schema: Schema | undefined, original: unknown, patch: unknown, name: string): unknown {
  const strategies = strategiesOf(schema);
  if (isMap(original) && isMap(patch)) return strategies.includes('replace') ? withoutDirectives(patch) : mergeMap(schema, original, patch);
  if (Array.isArray(original) && Array.isArray(patch) && strategies.includes('merge')) return mergeList(schema, original, patch, name);
  // As in Kubernetes, a list that does not merge replaces the old one: what a directive in it asks for is not for the store.
  return withoutDirectives(patch);
}

function mergeList(schema: Schema | undefined, original: readonly unknown[], patch: readonly unknown[], name: string): unknown[] {
  const key = schema?.['x-kubernetes-patch-merge-key'];
  const same = sameBy(key);
  if (key === undefined) {
    if ([...original, ...patch].some(isMap)) throw badRequest(`cannot merge lists without merge key for ${name}`);
    return orderMerged(unique([...original, ...patch]), patch, original, same);
  }
  const { kept, elements, replace } = applyListDirectives(original, patch, key, same);
  if (replace) return elements.map(withoutDirectives);
  const merged = [...kept];
  for (const element of elements) {
    if (!isMap(element) || element[key] === undefined || element[key] === null) {
      throw badRequest(`map: ${jsonText(element)} does not contain declared merge key: ${key}`);
    }
    const at = merged.findIndex((other) => same(other, element));
    if (at < 0) merged.push(withoutDirectives(element));
    else merged[at] = mergeMap(schema?.items, copyJson(merged[at] as Json), element);
  }
  return orderMerged(merged, elements, original, same);
}

/** What `$patch` elements make of a list before the others are merged into it. */
function applyListDirectives(original: readonly unknown[], patch: readonly unknown[], key: string, same: SameElement) {
  let kept = [...original];
  const elements: unknown[] = [];
  let replace = false;
  for (const element of patch) {
    const directive = isMap(element) ? element[DIRECTIVE] : undefined;
    if (directive === undefined) elements.push(element);
    else if (directive === 'replace') replace = true;
    else if (directive !== 'delete') throw badRequest(`unknown patch type in a list: ${jsonText(directive)}`);
    else if ((element as Json)[key] === undefined) {
      throw badRequest(`map: ${jsonText(element)} does not contain declared merge key: ${key}`);
    } else kept = kept.filter((other) => !same(other, element));
  }
  return { kept, elements, replace };
}

/** `$retainKeys` lists all that may stay; what the patch sets must be among it. */
function retainKeys(original: Json, patch: Json): void {
  const retained = patch[RETAIN];
  if (retained === undefined) return;
  if (!Array.isArray(retained)) throw badRequest('invalid patch format of retainKeys: it is no list');
  for (const [key, value] of Object.entries(patch)) {
    if (value !== null && !key.startsWith('$') && !retained.includes(key))
      throw badRequest(`invalid patch format of retainKeys: it lacks ${key}`);
  }
  for (const key of Object.keys(original)) if (!retained.includes(key)) delete original[key];
}

/** `$setElementOrder/<list>` merges its list and orders the result; the list is then done with. */
function orderLists(schema: Schema | undefined, original: Json, patch: Json): void {
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(ELEMENT_ORDER)) continue;
    const key = directive.slice(ELEMENT_ORDER.length);
    if (!Array.isArray(order)) throw badRequest(`${directive} is no list`);
    const before: unknown = original[key];
    const list = childOf(schema, key);
    // A value that is no list, or null, is not to be ordered: the ordinary merge deals with it.
    if (before !== undefined && !Array.isArray(before)) continue;
    if (patch[key] !== undefined && !Array.isArray(patch[key])) continue;
    if (patch[key] === undefined && before === undefined) continue;
    removeValues(original, key, patch[DELETE_LIST + key]);
    delete patch[DELETE_LIST + key];
    const current = original[key] ?? [];
    const merged = (patch[key] === undefined ? current : mergeValue(list, current, patch[key], key)) as unknown[];
    original[key] = orderMerged(merged, order as unknown[], before ?? [], sameBy(list?.['x-kubernetes-patch-merge-key']));
    delete patch[key];
  }
}

function removeValues(original: Json, key: string, values: unknown): void {
  if (values === undefined) return;
  if (!Array.isArray(values)) throw badRequest(`${DELETE_LIST}${key} is no list`);
  const list = original[key];
  if (Array.isArray(list)) original[key] = list.filter((one) => !values.some((value) => deepEqual(one, value)));
}

/** A part of a patch as it is stored: nulls in maps remove nothing that is there, and directives are not data. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter((element) => !(isMap(element) && element[DIRECTIVE] !== undefined)).map(withoutDirectives);
  }
  if (!isMap(value)) return value;
  const kept = Object.entries(value).filter(([key, member]) => member !== null && !isDirective(key));
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutDirectives(member)]));
}

const isDirective = (key: string) => key === DIRECTIVE || key === RETAIN || key.startsWith(DELETE_LIST) || key.startsWith(ELEMENT_ORDER);

function childOf(schema: Schema | undefined, key: string): Schema | undefined {
  if (schema?.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

const strategiesOf = (schema: Schema | undefined) => schema?.['x-kubernetes-patch-strategy']?.split(',') ?? [];

function without(map: Json, key: string): Json {
  const { [key]: _, ...rest } = map;
  return rest;
}

function unique(values: readonly unknown[]): unknown[] {
  return values.filter((value, at) => values.findIndex((other) => deepEqual(other, value)) === at);
}
