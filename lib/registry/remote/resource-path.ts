import type { KubeObject, ObjectName } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { notFound } from '../../api/status-error.js';
import type { Selection, WriteOptions } from '../registry.js';

/** Path of the collection of a namespace, or of all of them. */
export function collectionPath<T extends KubeObject>(definition: ResourceDefinition<T>, namespace: string | undefined): string {
  const { group, version, plural, namespaced } = definition;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${plural}`;
}

/** Path of an object, or of a subresource of it. A namespaced object without a namespace is in `default`. Throws 404 for a name that no object can have. */
export function objectPath<T extends KubeObject>(
  definition: ResourceDefinition<T>,
  { namespace, name }: ObjectName,
  subresource?: string,
): string {
  // As a step of a path they would lead somewhere else.
  if (isNoName(name) || (definition.namespaced && namespace && isNoName(namespace))) throw notFound(definition, name);
  const tail = subresource === undefined ? '' : `/${encodeURIComponent(subresource)}`;
  return `${collectionPath(definition, namespace || 'default')}/${encodeURIComponent(name)}${tail}`;
}

const isNoName = (text: string) => text === '' || text === '.' || text === '..' || text.includes('/');

/** Query parameters of a selection. */
export function selectionQuery({ labelSelector, fieldSelector }: Selection): Record<string, string | undefined> {
  const text = (selector: { toString(): string } | undefined) => {
    const value = selector?.toString();
    return value === '' ? undefined : value;
  };
  return { labelSelector: text(labelSelector), fieldSelector: text(fieldSelector) };
}

/** Query parameters of a write. */
export function writeQuery({ dryRun, fieldManager = 'kubelib', fieldValidation }: WriteOptions): Record<string, string | undefined> {
  return { dryRun: dryRun ? 'All' : undefined, fieldManager, fieldValidation };
}
