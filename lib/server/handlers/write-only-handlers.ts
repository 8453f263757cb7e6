import type { WriteOnlyDefinition } from '../../api/resource-definition.js';
import type { Handler, ServerContext } from '../api-request.js';
import { readResource } from '../negotiation/request-body.js';
import { json, success } from '../reply.js';
import { addressed } from './object-address.js';
import { writeOptions } from './write-options.js';

/** The one handler of a kind of which nothing is kept. */
export function writeOnlyHandlers(definition: WriteOnlyDefinition, context: ServerContext): { readonly create: Handler } {
  const registry = context.registries.registry(definition);
  return {
    async create(request) {
      const options = writeOptions(request, 'CreateOptions');
      const object = addressed(await readResource(request, definition, options), definition, request.info, 'create');
      await registry.create(object, { ...options, decoded: true });
      return json(201, { ...success(undefined), code: 201 });
    },
  };
}
