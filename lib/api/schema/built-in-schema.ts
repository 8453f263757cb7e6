import type { FieldFacts } from './facts.js';
import { facts } from './facts.js';
import type { Schema } from './schema.js';

const made = new Map<string, Schema>();

/** The schema of a type of the facts table, such as `core/v1.Pod`. Children are made when first read, so recursion is fine. */
export function builtInSchema(type: string): Schema {
  let schema = made.get(type);
  if (!schema) made.set(type, (schema = structOf(type)));
  return schema;
}

function structOf(type: string): Schema {
  const known = facts.types[type];
  if (!known) throw new Error(`no such type in the facts table: ${type}`);
  if (!known.fields) {
    return {
      ...(known.type ? { type: known.type } : {}),
      ...(known.format ? { format: known.format } : {}),
      ...(known.format === 'int-or-string' ? { 'x-kubernetes-int-or-string': true } : {}),
      'x-kubelib-type': type,
    };
  }
  const fields = known.fields;
  let properties: Record<string, Schema> | undefined;
  return {
    type: 'object',
    'x-kubelib-type': type,
    required: Object.keys(fields).filter((name) => fields[name]?.required),
    ...(known.mapType ? { 'x-kubernetes-map-type': known.mapType } : {}),
    get properties() {
      return (properties ??= Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldSchema(field)])));
    },
  };
}

function fieldSchema(field: FieldFacts): Schema {
  const base = field.ref ? builtInSchema(field.ref) : {};
  const own: { -readonly [K in keyof Schema]: Schema[K] } = {};
  if (field.type) own.type = field.type;
  if (field.format) own.format = field.format;
  if (field.items) own.items = fieldSchema(field.items);
  if (field.map) own.additionalProperties = fieldSchema(field.map);
  if (field.default !== undefined) own.default = field.default;
  if (field.enum) own.enum = field.enum;
  if (field.zero !== undefined) own['x-kubelib-zero'] = field.zero;
  if (field.listType) own['x-kubernetes-list-type'] = field.listType;
  if (field.listMapKeys) own['x-kubernetes-list-map-keys'] = field.listMapKeys;
  if (field.mapType) own['x-kubernetes-map-type'] = field.mapType;
  if (field.patchStrategy) own['x-kubernetes-patch-strategy'] = field.patchStrategy;
  if (field.mergeKey) own['x-kubernetes-patch-merge-key'] = field.mergeKey;
  if (Object.keys(own).length === 0) return base;
  // The prototype keeps the lazy `properties` of a referenced struct.
  return Object.assign(Object.create(base) as Schema, own);
}
