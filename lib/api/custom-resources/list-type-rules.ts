import type { Faults } from '../validation/faults.js';
import type { JsonSchema } from './schema-shape.js';

const LIST_TYPE = 'x-kubernetes-list-type';
const KEYS = 'x-kubernetes-list-map-keys';
const SCALARS = ['boolean', 'integer', 'number', 'string'];

/** How a list merges must fit what its items are. */
export function listTypeFaults(faults: Faults, path: string, schema: JsonSchema): void {
  const type: string | undefined = schema[LIST_TYPE];
  const keys = schema[KEYS] ?? [];
  if (keys.length > 0 && type === undefined) faults.required(`${path}.${LIST_TYPE}`, undefined, `must be map if ${KEYS} is non-empty`);
  else if (keys.length > 0 && type !== 'map') faults.invalid(`${path}.${LIST_TYPE}`, type, `must be map if ${KEYS} is non-empty`);
  if (type === undefined) return;
  if (schema.type !== 'array') {
    faults.invalid(`${path}.type`, schema.type ?? '', `must be array if ${LIST_TYPE} is specified`);
    return;
  }
  faults.oneOf(`${path}.${LIST_TYPE}`, type, ['atomic', 'map', 'set']);
  if (!schema.items || Array.isArray(schema.items)) return;
  const items = schema.items as JsonSchema;
  if (type === 'set') setFaults(faults, `${path}.items`, items);
  if (type === 'map') mapFaults(faults, path, items, keys);
}

/** Items of a set are compared as wholes. */
function setFaults(faults: Faults, path: string, items: JsonSchema): void {
  const words = `as item of a list with ${LIST_TYPE}=set`;
  if (items.nullable) faults.forbidden(`${path}.nullable`, `cannot be nullable when ${LIST_TYPE} is set`);
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic')
    faults.invalid(`${path}.x-kubernetes-map-type`, items['x-kubernetes-map-type'] ?? null, `must be atomic ${words}`);
  if (items.type === 'array' && items[LIST_TYPE] !== undefined && items[LIST_TYPE] !== 'atomic')
    faults.invalid(`${path}.${LIST_TYPE}`, items[LIST_TYPE], `must be atomic ${words}`);
}

function mapFaults(faults: Faults, path: string, items: JsonSchema, keys: readonly string[]): void {
  if (items.type !== 'object')
    faults.invalid(`${path}.items.type`, items.type ?? '', `must be object if parent array's ${LIST_TYPE} is map`);
  if (items.nullable) faults.forbidden(`${path}.items.nullable`, `cannot be nullable when ${LIST_TYPE} is map`);
  if (keys.length === 0) {
    faults.required(`${path}.${KEYS}`, undefined, `must not be empty if ${LIST_TYPE} is map`);
    return;
  }
  const properties = items.properties ?? {};
  if (keys.some((key) => !Object.hasOwn(properties, key)))
    faults.invalid(`${path}.${KEYS}`, keys, 'entries must all be names of item properties');
  if (new Set(keys).size < keys.length) faults.invalid(`${path}.${KEYS}`, keys, 'must not contain duplicate entries');
  for (const key of new Set(keys)) {
    const field = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (field) keyFaults(faults, `${path}.items.properties[${key}]`, field, items.required?.includes(key) ?? false);
  }
}

function keyFaults(faults: Faults, path: string, field: JsonSchema, isRequired: boolean): void {
  if (!SCALARS.includes(field.type ?? ''))
    faults.invalid(`${path}.type`, field.type ?? '', `must be a scalar type if parent array's ${LIST_TYPE} is map`);
  if (field.nullable) faults.forbidden(`${path}.nullable`, `this property is in ${KEYS}, so it cannot be nullable`);
  if (!isRequired && field.default === undefined)
    faults.required(`${path}.default`, undefined, `this property is in ${KEYS}, so it must have a default or be a required property`);
}
