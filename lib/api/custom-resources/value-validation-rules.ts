import type { Faults } from '../validation/faults.js';
import { RULES, ruleShapeFaults } from './rule-shape-faults.js';
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
  for (const { at, nested, mayRule } of junctorsOf(path, schema))
    nestedFaults(faults, { at, nested, mayRule, outside: path, structure: schema });
}

interface Nested {
  readonly at: string;
  readonly nested: JsonSchema;
  /** Rules in CEL may stand only where they must hold. */
  readonly mayRule: boolean;
  /** What is said of the same value outside of the junctor, and where. */
  readonly structure: JsonSchema;
  readonly outside: string;
}

function junctorsOf(path: string, schema: JsonSchema): readonly Pick<Nested, 'at' | 'nested' | 'mayRule'>[] {
  const lists = (['allOf', 'anyOf', 'oneOf'] as const).flatMap((word) =>
    (schema[word] ?? []).map((nested, index) => ({ at: `${path}.${word}[${index}]`, nested, mayRule: word === 'allOf' })),
  );
  return schema.not ? [...lists, { at: `${path}.not`, nested: schema.not, mayRule: false }] : lists;
}

function nestedFaults(faults: Faults, { at, nested, mayRule, outside, structure }: Nested): void {
  if (nested[RULES] !== undefined && !mayRule) faults.forbidden(`${at}.${RULES}`, 'must be empty to be structural');
  else ruleShapeFaults(faults, at, nested);
  for (const word of STRUCTURAL) if (nested[word] !== undefined) faults.forbidden(`${at}.${word}`, 'must be empty to be structural');
  if (nested.type && !structure['x-kubernetes-int-or-string']) faults.forbidden(`${at}.type`, 'must be empty to be structural');
  for (const [name, child] of Object.entries(nested.properties ?? {})) {
    const known = structure.properties && Object.hasOwn(structure.properties, name) ? structure.properties[name] : undefined;
    const others = typeof structure.additionalProperties === 'object' ? structure.additionalProperties : undefined;
    const field = known ?? others;
    const place = `${outside}.properties[${name}]`;
    const where = `${at}.properties[${name}]`;
    if (field) nestedFaults(faults, { at: where, nested: child, mayRule, outside: place, structure: field });
    else faults.required(place, undefined, `because it is defined in ${where}`);
  }
  if (nested.items && !Array.isArray(nested.items)) {
    const items = structure.items && !Array.isArray(structure.items) ? (structure.items as JsonSchema) : undefined;
    const [where, place] = [`${at}.items`, `${outside}.items`];
    if (items) nestedFaults(faults, { at: where, nested: nested.items as JsonSchema, mayRule, outside: place, structure: items });
    else faults.required(place, undefined, `because it is defined in ${where}`);
  }
  for (const deeper of junctorsOf(at, nested)) nestedFaults(faults, { ...deeper, mayRule: mayRule && deeper.mayRule, outside, structure });
}
