import type { ResourceDefinition } from '../../api/resource-definition.js';
import type { Schema } from '../../api/schema/schema.js';
import type { TypeContext } from './built-in-types.js';
import { described } from './built-in-types.js';
import type { OpenApiSchema } from './dialect.js';

const OBJECT_META = 'meta/v1.ObjectMeta';
/** Swagger has none of these. */
const ALTERNATIVES = ['allOf', 'anyOf', 'oneOf', 'not'];

/**
 * A custom kind as its author wrote it, with the fields that every object has.
 *
 * What Swagger cannot say is left out there, as Kubernetes does: alternatives, what is below a value that may be null or may have
 * unknown fields. A kind that may have any field is then a mere object, as clients would refuse whatever is not written down.
 */
export function customType({ schema }: ResourceDefinition, context: TypeContext): OpenApiSchema {
  if (context.dialect.version === 2 && schema['x-kubernetes-preserve-unknown-fields']) return { type: 'object' };
  const written = schemaOf(schema, context);
  const {
    apiVersion: _apiVersion,
    kind: _kind,
    metadata: _metadata,
    ...own
  } = (written['properties'] ?? {}) as Record<string, OpenApiSchema>;
  const { descriptions } = context;
  return {
    ...written,
    type: 'object',
    properties: {
      apiVersion: { ...described(descriptions.ofEvery('apiVersion')), type: 'string' },
      kind: { ...described(descriptions.ofEvery('kind')), type: 'string' },
      metadata: withText(descriptions.ofField('core/v1.Pod', 'metadata'), context.refer(OBJECT_META), context),
      ...own,
    },
  };
}

/** The list of a custom kind; `item` refers to the kind. */
export function customList({ kind, listKind, plural }: ResourceDefinition, item: OpenApiSchema, context: TypeContext): OpenApiSchema {
  const { descriptions } = context;
  return {
    description: `${listKind} is a list of ${kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { ...described(descriptions.ofEvery('apiVersion')), type: 'string' },
      items: { description: `List of ${plural}.`, type: 'array', items: item },
      kind: { ...described(descriptions.ofEvery('kind')), type: 'string' },
      metadata: withText(descriptions.ofField('core/v1.PodList', 'metadata'), context.refer('meta/v1.ListMeta'), context),
    },
  };
}

/** A schema where it stands. */
function schemaOf(written: Schema, context: TypeContext): OpenApiSchema {
  const type = written['x-kubelib-type'];
  if (type !== undefined) return withText(written.description, context.refer(type), context);
  const schema = context.dialect.version === 2 ? sayable(written) : written;
  const { properties, items, additionalProperties, not } = schema;
  const below: OpenApiSchema = {
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, schemaOf(one, context)])) }
      : {}),
    ...(items ? { items: schemaOf(items, context) } : {}),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: schemaOf(additionalProperties, context) } : {}),
    ...(not ? { not: schemaOf(not, context) } : {}),
    ...Object.fromEntries(
      (['allOf', 'anyOf', 'oneOf'] as const).flatMap((key) => {
        const list = schema[key];
        return list ? [[key, list.map((one) => schemaOf(one, context))] as const] : [];
      }),
    ),
  };
  const words = Object.entries(schema).filter(([key]) => !key.startsWith('x-kubelib-'));
  return embedded(schema, { ...Object.fromEntries(words), ...below }, context);
}

/** What of a schema Swagger can say. */
function sayable(schema: Schema): Schema {
  const { nullable, properties, items, required = [], additionalProperties, ...rest } = schema;
  const open = nullable === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  const { type, ...words } = Object.fromEntries(Object.entries(rest).filter(([key]) => !ALTERNATIVES.includes(key))) as Schema;
  const kept = nullable || (type === 'array' && (open || !items)) ? {} : type ? { type } : {};
  const mayLack = typeof additionalProperties === 'object' && additionalProperties.nullable === true;
  const needed = open ? required : required.filter((name) => !properties?.[name]?.nullable);
  return {
    ...words,
    ...kept,
    ...(properties && !open ? { properties } : {}),
    ...(items && !open ? { items } : {}),
    ...(additionalProperties === undefined ? {} : { additionalProperties }),
    ...(needed.length > 0 && !mayLack ? { required: needed } : {}),
  };
}

/** An object inside another says what it is. */
function embedded(schema: Schema, written: OpenApiSchema, context: TypeContext): OpenApiSchema {
  const open = context.dialect.version === 2 && schema['x-kubernetes-preserve-unknown-fields'];
  if (!schema['x-kubernetes-embedded-resource'] || open) return written;
  const { descriptions } = context;
  const required = new Set([...(schema.required ?? []), 'kind', 'apiVersion']);
  return {
    ...written,
    required: [...required],
    properties: {
      ...(written['properties'] as object | undefined),
      apiVersion: { ...described(descriptions.ofEvery('apiVersion')), type: 'string' },
      kind: { ...described(descriptions.ofEvery('kind')), type: 'string' },
      metadata: withText(descriptions.ofField('core/v1.Pod', 'metadata'), context.refer(OBJECT_META), context),
    },
  };
}

function withText(text: string | undefined, reference: OpenApiSchema, { dialect }: TypeContext): OpenApiSchema {
  if (!text) return reference;
  return dialect.version === 3 ? { description: text, allOf: [reference] } : { description: text, ...reference };
}
