import type { Schema } from '../schema/schema.js';
import type { Faults } from './faults.js';

/** Required texts that may be empty all the same. */
const MAY_BE_EMPTY = new Set(['value', 'audience']);
/** Checked by rules of their own. */
const ELSEWHERE = new Set(['meta/v1.ObjectMeta', 'core/v1.PodTemplateSpec', 'core/v1.PodSpec']);

/**
 * What the table of API facts alone says of a built-in object: required texts are there, and enumerated ones have a known value.
 * Status is left alone: it is written by controllers.
 */
export function validateStructure(faults: Faults, path: string, schema: Schema, value: unknown): void {
  const type = schema['x-kubelib-type'];
  if (type !== undefined && ELSEWHERE.has(type)) return;
  if (Array.isArray(value)) {
    if (schema.items) value.forEach((item, index) => validateStructure(faults, `${path}[${index}]`, schema.items!, item));
  } else if (typeof value === 'object' && value !== null) validateFields(faults, path, schema, value as Record<string, unknown>);
  else if (typeof value === 'string' && schema.enum && value !== '') faults.oneOf(path, value, schema.enum as readonly string[]);
}

function validateFields(faults: Faults, path: string, schema: Schema, object: Record<string, unknown>): void {
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (path === '' && name === 'status') continue;
    const missing = object[name] === undefined || object[name] === '';
    if (missing && field.type === 'string' && schema.required?.includes(name) && !MAY_BE_EMPTY.has(name))
      faults.required(at(name), undefined);
    else if (object[name] !== undefined) validateStructure(faults, at(name), field, object[name]);
  }
  if (!schema.properties && typeof schema.additionalProperties === 'object')
    for (const [key, member] of Object.entries(object)) validateStructure(faults, `${path}[${key}]`, schema.additionalProperties, member);
}
