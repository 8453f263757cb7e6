import type { KubeObject, ObjectName } from '../../../api/object.js';
import { nameText } from '../../../api/object.js';
import { badRequest } from '../../../api/status-error.js';
import { isMap } from '../is-map.js';

/** An object under the name that it is addressed by; throws 400 when it says another, or is none (nobody has looked at its type). */
export function named<T extends KubeObject>(object: T, { name, namespace }: ObjectName): T {
  if (!isMap(object)) throw badRequest('the object provided is unrecognized: it is no object');
  const { metadata } = object;
  if (metadata?.name && metadata.name !== name) {
    throw badRequest(`the name of the object (${nameText(metadata.name)}) does not match the name on the URL (${name})`);
  }
  if (metadata?.namespace && namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return { ...object, metadata: { ...metadata, name, ...(namespace ? { namespace } : {}) } };
}
