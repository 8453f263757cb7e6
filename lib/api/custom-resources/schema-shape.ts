import { badRequest } from '../status-error.js';
import { builtInSchema } from '../schema/built-in-schema.js';
import { decodeType } from '../schema/decode.js';
import type { Schema } from '../schema/schema.js';

/** A schema as a CustomResourceDefinition holds it: Kubernetes' JSONSchemaProps, with words that it knows and refuses. */
export interface JsonSchema extends Omit<
  Schema,
  'type' | 'items' | 'properties' | 'additionalProperties' | 'allOf' | 'anyOf' | 'oneOf' | 'not'
> {
  readonly type?: string;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly allOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly not?: JsonSchema;
  readonly id?: string;
  readonly title?: string;
  readonly uniqueItems?: boolean;
  readonly additionalItems?: unknown;
  readonly definitions?: object;
  readonly dependencies?: object;
  readonly patternProperties?: object;
  readonly $ref?: string;
}

type Fields = Record<string, unknown>;

/** Where a schema or a boolean, a list of schemas, or a list of names may stand: members whose shape the table of API facts leaves open. */
const OPEN = ['items', 'additionalProperties', 'additionalItems'] as const;

/** Brings the schemas inside a schema, which decoding leaves as they are, into the form of the outermost one, in place. Throws 400. */
export function shapeSchema(schema: JsonSchema): void {
  const fields = schema as Fields;
  for (const name of OPEN) if (fields[name] !== undefined) fields[name] = shapeOpen(name, fields[name]);
  for (const name of ['properties', 'patternProperties', 'definitions'] as const)
    for (const child of Object.values(schema[name] ?? {})) shapeSchema(child as JsonSchema);
  for (const child of [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), schema.not])
    if (child) shapeSchema(child);
}

function shapeOpen(name: string, value: unknown): unknown {
  if (Array.isArray(value) && name === 'items') return value.map(shaped);
  if (typeof value === 'boolean' && name !== 'items') return value;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return shaped(value);
  throw badRequest(
    `json: cannot unmarshal ${name} of a schema: it must be a schema${name === 'items' ? ' or a list of them' : ' or a boolean'}`,
  );
}

function shaped(value: unknown): unknown {
  const schema = decodeType(builtInSchema('apiextensions/v1.JSONSchemaProps'), value) as JsonSchema;
  shapeSchema(schema);
  return schema;
}
