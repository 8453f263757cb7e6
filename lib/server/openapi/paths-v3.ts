import type { Operation, PathOperations } from './operation.js';
import { codeText, ownParameters } from './operation.js';
import type { Parameter } from './parameters.js';
import type { OpenApiSchema } from './dialect.js';
import type { SchemaComponents } from './schema-components.js';
import { facts } from '../../api/schema/facts.js';

/** A path in the words of OpenAPI v3. */
export function pathItemV3(path: PathOperations, components: SchemaComponents): OpenApiSchema {
  const operations = path.operations.map((one) => [one.method, operation(one, path, components)] as const);
  return { ...Object.fromEntries(operations), ...(path.common.length > 0 ? { parameters: path.common.map(parameter) } : {}) };
}

function operation(one: Operation, path: PathOperations, components: SchemaComponents): OpenApiSchema {
  const parameters = ownParameters(one, path);
  const { body, answer } = one;
  const schema = components.refer(answer.type);
  return {
    tags: [one.tag],
    description: one.description,
    operationId: one.id,
    ...(parameters.length > 0 ? { parameters: parameters.map(parameter) } : {}),
    ...(body
      ? { requestBody: { content: content(body.media, components.refer(body.type)), ...(body.required ? { required: true } : {}) } }
      : {}),
    responses: Object.fromEntries([
      ...answer.codes.map((code) => [code, { description: codeText(code), content: content(answer.media, schema) }] as const),
      ...facts.operations.errors.map((code) => [code, { description: codeText(code) }] as const),
    ]),
    ...(one.action ? { 'x-kubernetes-action': one.action } : {}),
    ...(one.kind ? { 'x-kubernetes-group-version-kind': one.kind } : {}),
  };
}

function content(media: readonly string[], schema: OpenApiSchema): OpenApiSchema {
  return Object.fromEntries(media.map((type) => [type, { schema }]));
}

function parameter({ name, in: place, type, description }: Parameter): OpenApiSchema {
  return {
    name,
    in: place,
    ...(description ? { description } : {}),
    ...(place === 'path' ? { required: true } : {}),
    schema: { type, uniqueItems: true },
  };
}
