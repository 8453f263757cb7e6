import type { Faults } from '../validation/faults.js';
import type { JsonSchema } from './schema-shape.js';

/** What belongs to the structure of a value, not to what is asked of it. */
const STRUCTURAL = [
  'description',
  'title',
  'default',
  'nullable',
  'additionalProperties',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
] as const;

/** `allOf`, `anyOf`, `oneOf` and `not` ask things of values whose structure stands outside of them. */
export function valueValidationFaults(faults: Faults, path: string, schema: JsonSchema): void {
  for (const [where, nested] of junctorsOf(path, schema)) nestedFaults(faults, where, nested, path, schema);
}

function junctorsOf(path: string, schema: JsonSchema): readonly (readonly [path: string, schema: JsonSchema])[] {
  const lists = (['allOf', 'anyOf', 'oneOf'] as const).flatMap((word) =>
    (schema[word] ?? []).map((one, index) => [`${path}.${word}[${index}]`, one] as const),
  );
  return schema.not ? [...lists, [`${path}.not`, schema.not] as const] : lists;
}

/** `structure`, at `outside`: what is said of the same value outside of the junctor. */
function nestedFaults(faults: Faults, path: string, nested: JsonSchema, outside: string, structure: JsonSchema): void {
  for (const word of STRUCTURAL) if (nested[word] !== undefined) faults.forbidden(`${path}.${word}`, 'must be empty to be structural');
  if (nested.type && !structure['x-kubernetes-int-or-string']) faults.forbidden(`${path}.type`, 'must be empty to be structural');
  for (const [name, child] of Object.entries(nested.properties ?? {})) {
    const known = structure.properties && Object.hasOwn(structure.properties, name) ? structure.properties[name] : undefined;
    const others = typeof structure.additionalProperties === 'object' ? structure.additionalProperties : undefined;
    const field = known ?? others;
    const place = `${outside}.properties[${name}]`;
    if (field) nestedFaults(faults, `${path}.properties[${name}]`, child, place, field);
    else faults.required(place, undefined, `because it is defined in ${path}.properties[${name}]`);
  }
  if (nested.items && !Array.isArray(nested.items)) {
    const items = structure.items && !Array.isArray(structure.items) ? (structure.items as JsonSchema) : undefined;
    if (items) nestedFaults(faults, `${path}.items`, nested.items as JsonSchema, `${outside}.items`, items);
    else faults.required(`${outside}.items`, undefined, `because it is defined in ${path}.items`);
  }
  for (const [where, deeper] of junctorsOf(path, nested)) nestedFaults(faults, where, deeper, outside, structure);
}
