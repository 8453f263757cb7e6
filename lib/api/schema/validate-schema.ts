import { LruMap } from '../../base/lru-map.js';
import { jsonText } from '../exact-json.js';
import { notSupported, required, tooLong, tooMany } from '../field-error.js';
import { Pattern } from '../pattern/pattern.js';
import { Faults, faultsOf, sameJson } from '../validation/faults.js';
import { hasFormat } from './formats.js';
import { goKind } from './go-kind.js';
import type { Schema } from './schema.js';
import { validateCombinations } from './validate-combinations.js';
import { validateNumber, validateRange } from './validate-number.js';

/** Of {@link Effort}, for one of the schemas that `anyOf` and its like have. */
const STEPS_OF_A_BRANCH = 5;

/**
 * Checks a value and all it holds against a structural schema, in the words of Kubernetes. `path` is where the value stands.
 *
 * With `old`, what stood there before: values that are as they were are let be, whatever is wrong with them, and so are items of a
 * list map that are as the item of their keys was. Items of other lists are compared as a whole list.
 */
export function validateSchema(faults: Faults, path: string, schema: Schema, value: unknown, old?: unknown): void {
  if (old !== undefined && sameJson(value, old)) return;
  const fits = validateType(faults, path, schema, value);
  if (typeof value === 'number' || typeof value === 'bigint') validateRange(faults, path, schema, value);
  if (!fits) return;
  if (value === null) return;
  validateEnum(faults, path, schema, value);
  if (typeof value === 'string') validateString(faults, path, schema, value);
  else if (typeof value === 'number' || typeof value === 'bigint') validateNumber(faults, path, schema, value);
  else if (Array.isArray(value)) validateList(faults, path, schema, value, old);
  else if (typeof value === 'object') validateObject(faults, path, schema, value as Record<string, unknown>, old);
  validateCombinations(faults, path, schema, (one) => {
    if (!faults.effort.take(STEPS_OF_A_BRANCH)) return [];
    const own = new Faults(faults.effort);
    return faultsOf(() => {
      validateSchema(own, path, one, value);
      return own.list;
    });
  });
}

/** Compiles the patterns of a schema, so that a bad one is found when a kind is defined. Throws SyntaxError. */
export function checkPatterns(schema: Schema): void {
  if (schema.pattern !== undefined) patternOf(schema.pattern);
  const { properties = {}, items, additionalProperties, allOf = [], anyOf = [], oneOf = [], not } = schema;
  for (const child of [...Object.values(properties), items, additionalProperties, ...allOf, ...anyOf, ...oneOf, not])
    if (typeof child === 'object') checkPatterns(child);
}

function validateType(faults: Faults, path: string, schema: Schema, value: unknown): boolean {
  if (value === null && schema.nullable) return true;
  const wanted = schema['x-kubernetes-int-or-string'] ? 'integer,string' : schema.type;
  if (wanted === undefined) return true;
  const found = typeName(value);
  const fits =
    wanted === 'integer,string'
      ? found === 'integer' || found === 'string'
      : found === wanted || (wanted === 'number' && found === 'integer');
  if (fits) return true;
  faults.add({
    type: 'TypeInvalid',
    field: path,
    message: `Invalid value: "${found}": ${path} in body must be of type ${wanted}: "${found}"`,
  });
  return false;
}

function typeName(value: unknown): string {
  if (typeof value === 'boolean') return 'boolean';
  // A whole number beyond those that doubles hold exactly was written as a fraction, or does not fit 64 bits.
  return typeof value === 'bigint' || Number.isSafeInteger(value) ? 'integer' : goKind(value);
}

function validateEnum(faults: Faults, path: string, schema: Schema, value: unknown): void {
  if (!schema.enum || isOneOf(schema.enum, value)) return;
  faults.add(
    notSupported(
      path,
      value,
      schema.enum.map((one) => (typeof one === 'string' ? one : jsonText(one))),
    ),
  );
}

/** The texts in an enumeration, which may be a long one. */
const enumerated = new WeakMap<readonly unknown[], ReadonlySet<unknown>>();

function isOneOf(values: readonly unknown[], value: unknown): boolean {
  if (typeof value !== 'string') return values.some((one) => sameJson(one, value));
  let known = enumerated.get(values);
  if (!known) enumerated.set(values, (known = new Set(values)));
  return known.has(value);
}

function validateString(faults: Faults, path: string, schema: Schema, value: string): void {
  const { minLength, maxLength, pattern, format } = schema;
  if (minLength !== undefined || maxLength !== undefined) {
    const length = lengthOf(value);
    if (minLength !== undefined && length < minLength)
      faults.invalid(path, value, `${path} in body should be at least ${minLength} chars long`);
    if (maxLength !== undefined && length > maxLength) faults.add(tooLong(path, maxLength));
  }
  if (pattern !== undefined) validatePattern(faults, path, pattern, value);
  if (format !== undefined && !hasFormat(value, format))
    faults.add({
      type: 'TypeInvalid',
      field: path,
      message: `Invalid value: ${JSON.stringify(value)}: ${path} in body must be of type ${format}: ${JSON.stringify(value)}`,
    });
}

function validatePattern(faults: Faults, path: string, pattern: string, value: string): void {
  const matches = patternOf(pattern).test(value, faults.effort);
  if (matches) return;
  const why = matches === undefined ? ', but that takes too long to find out' : '';
  faults.invalid(path, value, `${path} in body should match '${pattern}'${why}`);
}

function validateList(faults: Faults, path: string, schema: Schema, value: readonly unknown[], old: unknown): void {
  const { minItems, maxItems, items } = schema;
  if (minItems !== undefined && value.length < minItems)
    faults.invalid(path, value.length, `${path} in body should have at least ${minItems} items`);
  if (maxItems !== undefined && value.length > maxItems) faults.add(tooMany(path, value.length, maxItems));
  const before = correlated(schema, old);
  if (items) value.forEach((item, index) => validateSchema(faults, `${path}[${index}]`, items, item, before(item)));
  validateUnique(faults, path, schema, value);
}

/** Items of a set, and keys of a list that is a map, occur once. */
function validateUnique(faults: Faults, path: string, schema: Schema, value: readonly unknown[]): void {
  const type = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (type !== 'set' && type !== 'map') return;
  const seen = new Set<string>();
  value.forEach((item, index) => {
    const identity = type === 'set' ? item : keysOf(keys, item);
    const text = jsonText(identity) ?? '';
    if (seen.has(text)) faults.duplicate(`${path}[${index}]`, identity);
    seen.add(text);
  });
}

function validateObject(faults: Faults, path: string, schema: Schema, value: Record<string, unknown>, old: unknown): void {
  const { minProperties, maxProperties, properties = {}, additionalProperties } = schema;
  const names = Object.keys(value);
  if (minProperties !== undefined && names.length < minProperties)
    faults.invalid(path, names.length, `${path} in body should have at least ${minProperties} properties`);
  if (maxProperties !== undefined && names.length > maxProperties) faults.add(tooMany(path, names.length, maxProperties));
  for (const name of schema.required ?? []) if (value[name] === undefined) faults.add(required(within(path, name)));
  for (const name of names) {
    const known = Object.hasOwn(properties, name)
      ? properties[name]
      : typeof additionalProperties === 'object'
        ? additionalProperties
        : undefined;
    if (known && value[name] !== undefined) validateSchema(faults, within(path, name), known, value[name], memberOf(old, name));
  }
}

/** Finds the item of before that an item is the successor of: that of the same keys. Other lists have none. */
export function correlated(schema: Schema, old: unknown): (item: unknown) => unknown {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old)) return () => undefined;
  const items = new Map(old.map((item: unknown) => [jsonText(keysOf(keys, item)), item]));
  return (item) => items.get(jsonText(keysOf(keys, item)));
}

const keysOf = (keys: readonly string[], item: unknown) => Object.fromEntries(keys.map((key) => [key, memberOf(item, key)]));

/** A member of what may be an object. */
export function memberOf(value: unknown, name: string): unknown {
  const isHolder = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isHolder ? (value as Record<string, unknown>)[name] : undefined;
}

const within = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

/** Code points, as Kubernetes counts. */
function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

const patterns = new LruMap<string, Pattern>(100);

function patternOf(source: string): Pattern {
  let pattern = patterns.get(source);
  if (!pattern) patterns.set(source, (pattern = new Pattern(source)));
  return pattern;
}
