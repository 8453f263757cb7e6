import type { KubeObject, ObjectName } from '../../../api/object.js';
import { methodNotAllowed, StatusError } from '../../../api/status-error.js';
import type { SubresourceDefinition } from '../../../api/resource-definition.js';
import type { Patch, SubresourceRegistry, WriteOptions } from '../../registry.js';

/** What a subresource can do; a verb that it lacks is 405. */
export interface SubresourceVerbs<S extends KubeObject> {
  get?(name: ObjectName): Promise<S>;
  create?(name: ObjectName, object: S, options: WriteOptions): Promise<S>;
  update?(name: ObjectName, object: S, options: WriteOptions): Promise<S>;
  modify?(name: ObjectName, change: (current: S) => S, options: WriteOptions): Promise<S>;
  patch?(name: ObjectName, patch: Patch, options: WriteOptions): Promise<S>;
}

/** The registry of a subresource: refuses verbs that the definition does not list, and everything when there is no such subresource. */
export function subresourceRegistry<S extends KubeObject>(
  definition: SubresourceDefinition | undefined,
  verbs: SubresourceVerbs<S>,
): SubresourceRegistry<S> {
  const allowed = <K extends keyof SubresourceVerbs<S>>(
    verb: 'create' | 'get' | 'patch' | 'update',
    method: K,
  ): Required<SubresourceVerbs<S>>[K] => {
    if (!definition) throw new StatusError('NotFound', 'the server could not find the requested resource', { details: {} });
    if (!definition.verbs.includes(verb) || !verbs[method]) throw methodNotAllowed();
    return verbs[method].bind(verbs) as Required<SubresourceVerbs<S>>[K];
  };
  return {
    get: async (name) => allowed('get', 'get')(name),
    create: async (name, object, options = {}) => allowed('create', 'create')(name, object, options),
    update: async (name, object, options = {}) => allowed('update', 'update')(name, object, options),
    modify: async (name, change, options = {}) => allowed('update', 'modify')(name, change, options),
    patch: async (name, patch, options = {}) => allowed('patch', 'patch')(name, patch, options),
  };
}
