import type { FieldFacts } from './facts.js';
import { facts } from './facts.js';
import type { Schema } from './schema.js';

const made = new Map<string, Schema>();

/** Lists of which an empty one says something else than an absent one, and so gets no default. */
const EMPTY_COUNTS = new Set(['autoscaling/v2.HPAScalingRules.policies']);

/** The schema of a type of the facts table, such as `core/v1.Pod`. Children are made when first read, so recursion is fine. */
export function builtInSchema(type: string): Schema {
  let schema = made.get(type);
  if (!schema) made.set(type, (schema = structOf(type)));
  return schema;
}

function structOf(type: string): Schema {
  const known = facts.types[type];
  if (!known) throw new Error(`no such type in the facts table: ${type}`);
  if (known.unwrap !== undefined) return fieldSchema(known.fields?.[known.unwrap] ?? {});
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
      return (properties ??= Object.fromEntries(
        Object.entries(fields).map(([name, field]) => [name, namedField(`${type}.${name}`, field)]),
      ));
    },
  };
}

function namedField(path: string, field: FieldFacts): Schema {
  const schema = fieldSchema(field);
  return EMPTY_COUNTS.has(path) ? { ...schema, 'x-kubelib-keeps-empty': true } : schema;
}

function fieldSchema(field: FieldFacts): Schema {
  const base = field.ref ? builtInSchema(field.ref) : undefined;
  const own = ownWords(field);
  if (!base) return own;
  if (Object.keys(own).length === 0) return base;
  const { properties: _, ...words } = Object.getOwnPropertyDescriptors(base);
  const schema = Object.defineProperties({}, words) as Schema;
  if ('properties' in base) Object.defineProperty(schema, 'properties', { enumerable: true, get: () => base.properties });
  return Object.assign(schema, own);
}

function ownWords(field: FieldFacts): Schema {
  const dropped = field.dropped ?? (field.gate !== undefined && !facts.gates[field.gate]?.[1]);
  return {
    ...(field.type ? { type: field.type } : {}),
    ...(field.format ? { format: field.format } : {}),
    ...(field.items ? { items: fieldSchema(field.items) } : {}),
    ...(field.map ? { additionalProperties: fieldSchema(field.map) } : {}),
    ...(field.default !== undefined ? { default: field.default } : {}),
    ...(field.enum ? { enum: field.enum } : {}),
    ...(field.zero !== undefined ? { 'x-kubelib-zero': field.zero } : {}),
    ...(field.listType ? { 'x-kubernetes-list-type': field.listType } : {}),
    ...(field.listMapKeys ? { 'x-kubernetes-list-map-keys': field.listMapKeys } : {}),
    ...(field.mapType ? { 'x-kubernetes-map-type': field.mapType } : {}),
    ...(field.patchStrategy ? { 'x-kubernetes-patch-strategy': field.patchStrategy } : {}),
    ...(field.mergeKey ? { 'x-kubernetes-patch-merge-key': field.mergeKey } : {}),
    ...(field.pointer ? { 'x-kubelib-pointer': true } : {}),
    ...(dropped ? { 'x-kubelib-dropped': true } : {}),
  };
}
