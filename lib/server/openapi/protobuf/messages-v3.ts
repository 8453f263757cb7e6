import type { Field, Message } from './message.js';
import { any, choice, double, each, either, flag, integer, isReference, nested, text, wrapped } from './message.js';

// Numbers: openapiv3/OpenAPIv3.proto of github.com/google/gnostic.

const reference: Message = { fields: { $ref: text(1) } };

/** A schema where it stands, or a reference to one. */
const schemaOrReference: Field = either(
  isReference,
  nested(2, () => reference),
  nested(1, () => schema),
);

/** Defaults that are lists or objects have no place in a message. */
const defaultValue: Field = (writer, value) => {
  const field = { number: double(1), boolean: choice(2), string: text(3) }[typeof value as string];
  if (field) wrapped(33, field)(writer, value);
};

const schema: Message = {
  fields: {
    nullable: flag(1),
    example: any(7),
    title: text(9),
    multipleOf: double(10),
    maximum: double(11),
    exclusiveMaximum: flag(12),
    minimum: double(13),
    exclusiveMinimum: flag(14),
    maxLength: integer(15),
    minLength: integer(16),
    pattern: text(17),
    maxItems: integer(18),
    minItems: integer(19),
    uniqueItems: flag(20),
    maxProperties: integer(21),
    minProperties: integer(22),
    required: each(text(23)),
    enum: each(any(24)),
    type: text(25),
    allOf: each(wrapped(26, schemaOrReference)),
    oneOf: each(wrapped(27, schemaOrReference)),
    anyOf: each(wrapped(28, schemaOrReference)),
    not: nested(29, () => schema),
    items: wrapped(30, each(wrapped(1, schemaOrReference))),
    properties: nested(31, () => ({ fields: {}, entries: { number: 1, value: wrapped(2, schemaOrReference) } })),
    additionalProperties: wrapped(
      32,
      either(() => true, wrapped(1, schemaOrReference), choice(2)),
    ),
    default: defaultValue,
    description: text(34),
    format: text(35),
  },
  extensions: 36,
};

const parameter: Message = {
  fields: { name: text(1), in: text(2), description: text(3), required: flag(4), schema: wrapped(10, schemaOrReference) },
  extensions: 14,
};

const mediaType: Message = { fields: { schema: wrapped(1, schemaOrReference) }, extensions: 5 };

const mediaTypes: Message = { fields: {}, entries: { number: 1, value: nested(2, () => mediaType) } };

const body: Message = { fields: { description: text(1), content: nested(2, () => mediaTypes), required: flag(3) }, extensions: 4 };

const response: Message = { fields: { description: text(1), content: nested(3, () => mediaTypes) }, extensions: 5 };

const responses: Message = {
  fields: {},
  extensions: 3,
  entries: {
    number: 2,
    value: wrapped(
      2,
      nested(1, () => response),
    ),
  },
};

const operation: Message = {
  fields: {
    tags: each(text(1)),
    summary: text(2),
    description: text(3),
    operationId: text(5),
    parameters: each(
      wrapped(
        6,
        nested(1, () => parameter),
      ),
    ),
    requestBody: wrapped(
      7,
      nested(1, () => body),
    ),
    responses: nested(8, () => responses),
    deprecated: flag(10),
  },
  extensions: 13,
};

const pathItem: Message = {
  fields: {
    get: nested(4, () => operation),
    put: nested(5, () => operation),
    post: nested(6, () => operation),
    delete: nested(7, () => operation),
    options: nested(8, () => operation),
    head: nested(9, () => operation),
    patch: nested(10, () => operation),
    parameters: each(
      wrapped(
        13,
        nested(1, () => parameter),
      ),
    ),
  },
  extensions: 14,
};

const securityScheme: Message = { fields: { type: text(1), description: text(2), name: text(3), in: text(4) }, extensions: 9 };

const components: Message = {
  fields: {
    schemas: nested(1, () => ({ fields: {}, entries: { number: 1, value: wrapped(2, schemaOrReference) } })),
    securitySchemes: nested(7, () => ({
      fields: {},
      entries: {
        number: 1,
        value: wrapped(
          2,
          nested(1, () => securityScheme),
        ),
      },
    })),
  },
  extensions: 10,
};

/** An OpenAPI document of version 3. */
export const documentV3: Message = {
  fields: {
    openapi: text(1),
    info: nested(2, () => ({ fields: { title: text(1), version: text(6) }, extensions: 7 })),
    paths: nested(4, () => ({ fields: {}, extensions: 2, entries: { number: 1, value: nested(2, () => pathItem) } })),
    components: nested(5, () => components),
  },
  extensions: 9,
};
