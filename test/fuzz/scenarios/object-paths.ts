import type { ResourceDefinition } from '../../../lib/api/resource-definition.js';
import { inUrl } from '../values/queries.js';

/** `/api/v1/namespaces/a/pods` */
export function collectionPath(
  { group, version, plural, namespaced }: Pick<ResourceDefinition, 'group' | 'version' | 'plural' | 'namespaced'>,
  namespace: string,
): string {
  return `${group === '' ? '/api' : `/apis/${group}`}/${version}${namespaced ? `/namespaces/${namespace}` : ''}/${plural}`;
}

/** `/api/v1/namespaces/a/pods/b` */
export function objectPath(definition: Parameters<typeof collectionPath>[0], namespace: string, name: string): string {
  return `${collectionPath(definition, namespace)}/${inUrl(name)}`;
}
