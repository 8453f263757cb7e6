import type { KubeObject, ObjectName } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import type { Selection, WriteOptions } from '../registry.js';

/** Path of a collection, or of the object named, or of a subresource of it. */
export function resourcePath<T extends KubeObject>(
  definition: ResourceDefinition<T>,
  { namespace, name }: Partial<ObjectName>,
  subresource?: string,
): string {
  const { group, version, plural, namespaced } = definition;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const tail = [name, subresource].filter((part) => part !== undefined).map((part) => `/${encodeURIComponent(part)}`);
  return `${root}${scope}/${plural}${tail.join('')}`;
}

/** Query parameters of a selection. */
export function selectionQuery({ labelSelector, fieldSelector }: Selection): Record<string, string | undefined> {
  const text = (selector: { toString(): string } | undefined) => {
    const value = selector?.toString();
    return value === '' ? undefined : value;
  };
  return { labelSelector: text(labelSelector), fieldSelector: text(fieldSelector) };
}

/** Query parameters of a write. */
export function writeQuery({ dryRun, fieldManager, fieldValidation }: WriteOptions): Record<string, string | undefined> {
  return { dryRun: dryRun ? 'All' : undefined, fieldManager, fieldValidation };
}
