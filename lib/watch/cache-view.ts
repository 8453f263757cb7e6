import { matcherOf } from '../api/matcher.js';
import type { KubeObject, Stored } from '../api/object.js';
import { parseFieldSelector } from '../api/meta/field-selector.js';
import { parseLabelSelector } from '../api/meta/label-selector.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import type { CacheView } from './cache.js';

/** What tells one view of a kind from another. */
export function viewKey({ namespace, labelSelector, fieldSelector, metadataOnly = false, managedFields = false }: CacheView): string {
  const text = (selector: { toString(): string } | undefined) => selector?.toString() ?? '';
  return JSON.stringify([namespace ?? '', text(labelSelector), text(fieldSelector), metadataOnly, managedFields]);
}

/** What a view shows of an object; the object itself when that is all of it. */
export function shown<T extends KubeObject>(object: Stored<T>, { metadataOnly, managedFields }: CacheView): Stored<T> {
  const strip = !managedFields && object.metadata.managedFields !== undefined;
  if (!strip && !metadataOnly) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  const kept = Object.freeze(strip ? metadata : object.metadata);
  const { apiVersion, kind } = object;
  return Object.freeze(metadataOnly ? { apiVersion, kind, metadata: kept } : { ...object, metadata: kept }) as unknown as Stored<T>; // those who ask for metadata alone are given a type that says so
}

/** Whether an object is among those of a view. */
export function isInView<T extends KubeObject>(
  definition: ResourceDefinition<T>,
  { namespace, labelSelector, fieldSelector }: CacheView,
): (object: Stored<T>) => boolean {
  const labels = typeof labelSelector === 'string' ? parseLabelSelector(labelSelector) : labelSelector;
  const fields = typeof fieldSelector === 'string' ? parseFieldSelector(fieldSelector) : fieldSelector;
  const matches = matcherOf(definition, labels, fields);
  return (object) => (!namespace || object.metadata.namespace === namespace) && matches(object);
}
