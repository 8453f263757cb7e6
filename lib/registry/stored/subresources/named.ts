import type { KubeObject, ObjectName } from '../../../api/object.js';
import { nameText } from '../../../api/object.js';
import { badRequest } from '../../../api/status-error.js';

/** An object under the name that it is addressed by; throws 400 when it says another. */
export function named<T extends KubeObject>(object: T, { name, namespace }: ObjectName): T {
  const { metadata } = object;
  if (metadata?.name && metadata.name !== name) {
    throw badRequest(`the name of the object (${nameText(metadata.name)}) does not match the name on the URL (${name})`);
  }
  if (metadata?.namespace && namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return { ...object, metadata: { ...metadata, name, ...(namespace ? { namespace } : {}) } };
}
