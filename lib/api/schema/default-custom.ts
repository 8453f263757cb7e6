import type { Schema } from './schema.js';

/** Sets the defaults of a custom kind's schema in an object, in place; metadata has none. */
export function applyCustomDefaults(schema: Schema, object: object): void {
  const fields = object as Record<string, unknown>;
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (name === 'metadata') continue;
    if (fields[name] === undefined && field.default !== undefined) fields[name] = structuredClone(field.default);
    applySchemaDefaults(field, fields[name]);
  }
}

/** Sets the defaults of a structural schema in a value, in place: parents first, so that a default object gets those of its fields. */
export function applySchemaDefaults(schema: Schema, value: unknown): void {
  if (!hasDefaults(schema)) return;
  if (Array.isArray(value)) {
    if (schema.items) for (const item of value) applySchemaDefaults(schema.items, item);
    return;
  }
  if (value === null || typeof value !== 'object') return;
  const object = value as Record<string, unknown>;
  const properties = schema.properties ?? {};
  for (const [name, field] of Object.entries(properties)) {
    if (object[name] === undefined && field.default !== undefined) object[name] = structuredClone(field.default);
    applySchemaDefaults(field, object[name]);
  }
  if (typeof schema.additionalProperties !== 'object') return;
  for (const [name, member] of Object.entries(object))
    if (!Object.hasOwn(properties, name)) applySchemaDefaults(schema.additionalProperties, member);
}

const known = new WeakMap<Schema, boolean>();

/** Whether a default stands anywhere in it: most branches have none and are not walked. */
function hasDefaults(schema: Schema): boolean {
  let found = known.get(schema);
  if (found === undefined) {
    const children = [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties];
    found = children.some((child) => typeof child === 'object' && (child.default !== undefined || hasDefaults(child)));
    known.set(schema, found);
  }
  return found;
}
