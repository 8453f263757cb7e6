import type { KubeObject } from '../../api/object.js';
import { nameText } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { badRequest } from '../../api/status-error.js';
import type { RequestInfo } from '../request-info.js';

/** The object with name and namespace from its URL, which wins; throws 400 where the two contradict each other. */
export function addressed<T extends KubeObject>(
  object: T,
  { namespaced }: Pick<ResourceDefinition, 'namespaced'>,
  info: Pick<RequestInfo, 'name' | 'namespace'>,
  verb: 'create' | 'update',
): T {
  const metadata = object.metadata ?? {};
  // A body whose metadata is no object is refused, with a better message, by the decoding that follows.
  if (typeof metadata !== 'object' || Array.isArray(metadata)) return object;
  const { namespace: given, ...rest } = metadata;
  if (namespaced && given && given !== info.namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (verb === 'update') checkName(metadata.name, info.name);
  return { ...object, metadata: { ...rest, ...(namespaced ? { namespace: info.namespace } : {}) } };
}

function checkName(given: string | undefined, name: string): void {
  if (!given) throw badRequest('the name of the object (based on URL) was undeterminable: name must be provided');
  if (given !== name) throw badRequest(`the name of the object (${nameText(given)}) does not match the name on the URL (${name})`);
}
