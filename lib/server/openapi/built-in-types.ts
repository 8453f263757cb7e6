import type { FieldFacts, TypeFacts } from '../../api/schema/facts.js';
import { facts } from '../../api/schema/facts.js';
import type { Descriptions } from './descriptions.js';
import type { Dialect, OpenApiSchema } from './dialect.js';

/** What is needed to write down a type of the facts table. */
export interface TypeContext {
  readonly dialect: Dialect;
  readonly descriptions: Descriptions;
  /** A reference to another type. */
  refer(type: string): OpenApiSchema;
}

/** A type of the facts table, such as `core/v1.Pod`, without the kinds that it is. */
export function builtInType(type: string, context: TypeContext): OpenApiSchema {
  const known = facts.types[type];
  if (!known) throw new Error(`no such type in the facts table: ${type}`);
  const { fields = {}, mapType, unions } = known;
  const required = Object.keys(fields).filter((name) => fields[name]?.required);
  const properties = Object.entries(fields).map(
    ([name, field]) => [name, fieldSchema(field, context.descriptions.ofField(type, name), context)] as const,
  );
  return {
    ...described(context.descriptions.ofType(type)),
    ...shapeOf(known, context.dialect),
    ...(properties.length > 0 ? { properties: Object.fromEntries(properties) } : {}),
    ...(required.length > 0 ? { required } : {}),
    ...(mapType ? { 'x-kubernetes-map-type': mapType } : {}),
    ...(unions ? { 'x-kubernetes-unions': unions } : {}),
  };
}

/** Swagger has no alternatives: such a type is there what it mostly is. */
function shapeOf({ type, format, oneOf }: TypeFacts, { version }: Dialect): OpenApiSchema {
  const shape = oneOf && version === 3 ? { oneOf: oneOf.map((one) => ({ type: one })) } : type ? { type } : {};
  return { ...shape, ...(format ? { format } : {}) };
}

function fieldSchema(field: FieldFacts, text: string | undefined, context: TypeContext): OpenApiSchema {
  const referred = field.ref === undefined ? undefined : facts.types[field.ref];
  const unwrapped = referred?.unwrap === undefined ? undefined : referred.fields?.[referred.unwrap];
  const words = { ...described(text), ...fieldWords(field, context) };
  if (unwrapped) return { ...fieldSchema(unwrapped, text, context), ...words };
  if (field.ref === undefined) return words;
  const reference = context.refer(field.ref);
  if (Object.keys(words).length === 0) return reference;
  // In the third version nothing may stand beside a reference.
  return context.dialect.version === 3 ? { ...words, allOf: [reference] } : { ...words, ...reference };
}

/** Only the third version tells defaults: old clients cannot read them. */
function fieldWords(field: FieldFacts, context: TypeContext): OpenApiSchema {
  return {
    ...(field.default !== undefined && context.dialect.version === 3 ? { default: field.default } : {}),
    ...(field.type ? { type: field.type } : {}),
    ...(field.format ? { format: field.format } : {}),
    ...(field.enum ? { enum: field.enum } : {}),
    ...(field.items ? { items: fieldSchema(field.items, undefined, context) } : {}),
    ...(field.map ? { additionalProperties: fieldSchema(field.map, undefined, context) } : {}),
    ...(field.listType ? { 'x-kubernetes-list-type': field.listType } : {}),
    ...(field.listMapKeys ? { 'x-kubernetes-list-map-keys': field.listMapKeys } : {}),
    ...(field.mapType ? { 'x-kubernetes-map-type': field.mapType } : {}),
    ...(field.patchStrategy ? { 'x-kubernetes-patch-strategy': field.patchStrategy } : {}),
    ...(field.mergeKey ? { 'x-kubernetes-patch-merge-key': field.mergeKey } : {}),
  };
}

/** With a description, where there is one. */
export function described(description: string | undefined): OpenApiSchema {
  return description ? { description } : {};
}
