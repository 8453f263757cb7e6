import type { Message } from './message.js';
import { any, choice, double, each, either, flag, integer, isReference, nested, text, wrapped } from './message.js';

// Numbers: openapiv2/OpenAPIv2.proto of github.com/google/gnostic.

const schema: Message = {
  fields: {
    $ref: text(1),
    format: text(2),
    title: text(3),
    description: text(4),
    default: any(5),
    multipleOf: double(6),
    maximum: double(7),
    exclusiveMaximum: flag(8),
    minimum: double(9),
    exclusiveMinimum: flag(10),
    maxLength: integer(11),
    minLength: integer(12),
    pattern: text(13),
    maxItems: integer(14),
    minItems: integer(15),
    uniqueItems: flag(16),
    maxProperties: integer(17),
    minProperties: integer(18),
    required: each(text(19)),
    enum: each(any(20)),
    additionalProperties: wrapped(
      21,
      either(
        () => true,
        nested(1, () => schema),
        choice(2),
      ),
    ),
    type: wrapped(22, each(text(1))),
    items: wrapped(23, each(nested(1, () => schema))),
    properties: nested(25, () => ({ fields: {}, entries: { number: 1, value: nested(2, () => schema) } })),
    example: any(30),
  },
  extensions: 31,
};

const bodyParameter: Message = {
  fields: { description: text(1), name: text(2), in: text(3), required: flag(4), schema: nested(5, () => schema) },
  extensions: 6,
};

const pathParameter: Message = {
  fields: { required: flag(1), in: text(2), description: text(3), name: text(4), type: text(5), format: text(6), uniqueItems: flag(18) },
  extensions: 22,
};

const queryParameter: Message = {
  fields: { required: flag(1), in: text(2), description: text(3), name: text(4), type: text(6), format: text(7), uniqueItems: flag(20) },
  extensions: 23,
};

const isIn = (place: string) => (value: object) => 'in' in value && value.in === place;

const parameter = either(
  isIn('body'),
  nested(1, () => bodyParameter),
  wrapped(
    2,
    either(
      isIn('path'),
      nested(4, () => pathParameter),
      nested(3, () => queryParameter),
    ),
  ),
);

const parameterItem = either(
  isReference,
  nested(2, () => ({ fields: { $ref: text(1) } })),
  wrapped(1, parameter),
);

const response: Message = {
  fields: {
    description: text(1),
    schema: wrapped(
      2,
      nested(1, () => schema),
    ),
  },
  extensions: 5,
};

const responses: Message = {
  fields: {},
  extensions: 2,
  entries: {
    number: 1,
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
    produces: each(text(6)),
    consumes: each(text(7)),
    parameters: each(wrapped(8, parameterItem)),
    responses: nested(9, () => responses),
    schemes: each(text(10)),
    deprecated: flag(11),
  },
  extensions: 13,
};

const pathItem: Message = {
  fields: {
    $ref: text(1),
    get: nested(2, () => operation),
    put: nested(3, () => operation),
    post: nested(4, () => operation),
    delete: nested(5, () => operation),
    options: nested(6, () => operation),
    head: nested(7, () => operation),
    patch: nested(8, () => operation),
    parameters: each(wrapped(9, parameterItem)),
  },
  extensions: 10,
};

const apiKey: Message = { fields: { type: text(1), name: text(2), in: text(3), description: text(4) }, extensions: 5 };

/** An OpenAPI document of version 2. */
export const documentV2: Message = {
  fields: {
    swagger: text(1),
    info: nested(2, () => ({ fields: { title: text(1), version: text(2) }, extensions: 7 })),
    paths: nested(8, () => ({ fields: {}, extensions: 1, entries: { number: 2, value: nested(2, () => pathItem) } })),
    definitions: nested(9, () => ({ fields: {}, entries: { number: 1, value: nested(2, () => schema) } })),
    parameters: nested(10, () => ({ fields: {}, entries: { number: 1, value: wrapped(2, parameter) } })),
    security: each(nested(12, () => ({ fields: {}, entries: { number: 1, value: wrapped(2, each(text(1))) } }))),
    securityDefinitions: nested(13, () => ({
      fields: {},
      entries: {
        number: 1,
        value: wrapped(
          2,
          nested(2, () => apiKey),
        ),
      },
    })),
  },
  extensions: 16,
};
