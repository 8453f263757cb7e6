import { Pattern } from '../pattern/pattern.js';
import type { Faults } from '../validation/faults.js';
import { expressionFaults } from './expression-faults.js';
import { listTypeFaults } from './list-type-rules.js';
import { ruleShapeFaults } from './rule-shape-faults.js';
import type { JsonSchema } from './schema-shape.js';
import { defaultFaults } from './default-rules.js';
import { valueValidationFaults } from './value-validation-rules.js';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
/** Words of JSON Schema that a structural schema has not. */
const UNKNOWN_WORDS = ['id', '$ref', 'additionalItems', 'definitions', 'dependencies', 'patternProperties'] as const;
/** Metadata has its own schema; these are what it may be narrowed by. */
const OF_METADATA = ['name', 'generateName'];

/** Where a schema stands: as the root, as the schema of a field, or of the items of a list. */
type Level = 'root' | 'field' | 'item';

/** What is wrong with the schema of a version: structural schemas say of each field what it is, so that objects can be pruned and defaulted. */
export function schemaFaults(faults: Faults, path: string, schema: JsonSchema): void {
  const before = faults.list.length;
  if (schema.type && schema.type !== 'object') faults.invalid(`${path}.type`, schema.type, 'must be object at the root');
  if (schema.nullable) faults.forbidden(`${path}.nullable`, 'nullable cannot be true at the root');
  metadataFaults(faults, `${path}.properties[metadata]`, schema.properties?.['metadata']);
  walk(faults, path, schema, 'root');
  // Expressions can only be read against types that are right.
  if (faults.list.length === before) expressionFaults(faults, path, schema);
}

function metadataFaults(faults: Faults, path: string, metadata: JsonSchema | undefined): void {
  if (!metadata) return;
  if (metadata.type && metadata.type !== 'object') faults.invalid(`${path}.type`, metadata.type, 'must be object');
  const others = Object.keys(metadata.properties ?? {}).some((name) => !OF_METADATA.includes(name));
  if (others) faults.forbidden(path, 'must not specify anything other than name and generateName, but metadata is implicitly specified');
}

function walk(faults: Faults, path: string, schema: JsonSchema, level: Level): void {
  const before = faults.list.length;
  wordFaults(faults, path, schema);
  typeFaults(faults, path, schema, level);
  listTypeFaults(faults, path, schema);
  patternFaults(faults, path, schema);
  ruleShapeFaults(faults, path, schema);
  valueValidationFaults(faults, path, schema);
  childrenFaults(faults, path, schema);
  // A default can only be held against a schema that is right.
  if (faults.list.length === before) defaultFaults(faults, path, schema);
}

function wordFaults(faults: Faults, path: string, schema: JsonSchema): void {
  for (const word of UNKNOWN_WORDS) if (schema[word] !== undefined) faults.forbidden(`${path}.${word}`, `${word} is not supported`);
  if (schema.uniqueItems)
    faults.forbidden(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic');
  if (typeof schema.additionalProperties === 'object' && Object.keys(schema.properties ?? {}).length > 0)
    faults.forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive');
  if (Array.isArray(schema.items)) faults.forbidden(`${path}.items`, 'items must be a schema object and not an array');
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    faults.invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined');
  mapTypeFaults(faults, path, schema);
}

function mapTypeFaults(faults: Faults, path: string, schema: JsonSchema): void {
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return;
  faults.oneOf(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']);
  if (schema.type !== 'object') faults.invalid(`${path}.type`, schema.type ?? '', 'must be object if x-kubernetes-map-type is specified');
}

function typeFaults(faults: Faults, path: string, schema: JsonSchema, level: Level): void {
  const open = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields'];
  if (!schema.type) {
    if (open && level !== 'root') return;
    const where = { root: 'at the root', field: 'for specified object fields', item: 'for specified array items' }[level];
    faults.required(`${path}.type`, undefined, `must not be empty ${where}`);
    return;
  }
  if (!TYPES.includes(schema.type)) faults.oneOf(`${path}.type`, schema.type, TYPES);
  if (schema.type === 'array' && schema.items === undefined) faults.required(`${path}.items`, undefined, 'must be specified');
  if (schema.type !== 'array' && schema.items !== undefined)
    faults.forbidden(`${path}.items`, 'must not be specified if type is not array');
  if (!schema['x-kubernetes-embedded-resource']) return;
  if (schema.type !== 'object') faults.invalid(`${path}.type`, schema.type, 'must be object if x-kubernetes-embedded-resource is true');
  else if (!schema.properties && !open)
    faults.required(
      `${path}.properties`,
      undefined,
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    );
}

function patternFaults(faults: Faults, path: string, { pattern }: JsonSchema): void {
  if (pattern === undefined) return;
  try {
    if (!faults.effort.take(new Pattern(pattern).size))
      faults.invalid(`${path}.pattern`, pattern, 'the patterns of the definition are too large together');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    faults.invalid(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${error.message}`);
  }
}

function childrenFaults(faults: Faults, path: string, schema: JsonSchema): void {
  for (const [name, child] of Object.entries(schema.properties ?? {})) walk(faults, `${path}.properties[${name}]`, child, 'field');
  if (typeof schema.additionalProperties === 'object') walk(faults, `${path}.additionalProperties`, schema.additionalProperties, 'field');
  if (schema.items && !Array.isArray(schema.items)) walk(faults, `${path}.items`, schema.items as JsonSchema, 'item');
}
