import { facts } from '../../api/schema/facts.js';
import type { OpenApiSchema } from './dialect.js';
import type { Operation, PathOperations } from './operation.js';
import { codeText, ownParameters } from './operation.js';
import type { Parameter } from './parameters.js';
import type { SchemaComponents } from './schema-components.js';

/** Parameters that many operations have, told once: by the name under which they are referred to. */
export type SharedParameters = Record<string, OpenApiSchema>;

/** A path in the words of Swagger. Adds the parameters that it refers to. */
export function pathItemV2(path: PathOperations, components: SchemaComponents, shared: SharedParameters): OpenApiSchema {
  const operations = path.operations.map((one) => [one.method, operation(one, path, { components, shared })] as const);
  const common = path.common.map((one) => parameter(one, shared));
  return { ...Object.fromEntries(operations), ...(common.length > 0 ? { parameters: common } : {}) };
}

interface Place {
  readonly components: SchemaComponents;
  readonly shared: SharedParameters;
}

function operation(one: Operation, path: PathOperations, { components, shared }: Place): OpenApiSchema {
  const { body, answer } = one;
  const parameters = [
    ...(body ? [{ name: 'body', in: 'body', ...(body.required ? { required: true } : {}), schema: components.refer(body.type) }] : []),
    ...ownParameters(one, path).map((parameterOf) => parameter(parameterOf, shared)),
  ];
  const schema = components.refer(answer.type);
  return {
    description: one.description,
    consumes: body ? body.media : ['*/*'],
    produces: answer.media,
    schemes: ['https'],
    tags: [one.tag],
    operationId: one.id,
    ...(parameters.length > 0 ? { parameters } : {}),
    responses: Object.fromEntries([
      ...answer.codes.map((code) => [code, { description: codeText(code), schema }] as const),
      ...facts.operations.errors.map((code) => [code, { description: codeText(code) }] as const),
    ]),
    ...(one.action ? { 'x-kubernetes-action': one.action } : {}),
    ...(one.kind ? { 'x-kubernetes-group-version-kind': one.kind } : {}),
  };
}

/** Those of one name mostly say the same; where they do not, they stand where they are. */
function parameter(one: Parameter, shared: SharedParameters): OpenApiSchema {
  const written = {
    uniqueItems: true,
    type: one.type,
    ...(one.description ? { description: one.description } : {}),
    name: one.name,
    in: one.in,
    ...(one.in === 'path' ? { required: true } : {}),
  };
  if (one.name === 'name') return written; // it says of what kind
  const key = `${one.name}-${one.in}`;
  const known = (shared[key] ??= written);
  return JSON.stringify(known) === JSON.stringify(written) ? { $ref: `#/parameters/${key}` } : written;
}
