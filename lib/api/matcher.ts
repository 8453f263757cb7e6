import type { FieldSelector } from './meta/field-selector.js';
import type { LabelSelector } from './meta/label-selector.js';
import type { KubeObject, Stored } from './object.js';
import type { ResourceDefinition } from './resource-definition.js';

/** Whether an object matches both selectors; those that are absent or empty match all. */
export function matcherOf<T extends KubeObject>(
  definition: ResourceDefinition<T>,
  labels: LabelSelector | undefined,
  fields: FieldSelector | undefined,
): (object: Stored<T>) => boolean {
  const byLabels = labels?.empty ? undefined : labels;
  const byFields = fields?.empty ? undefined : fields;
  if (!byLabels && !byFields) return () => true;
  return (object) =>
    (!byLabels || byLabels.matches(object.metadata.labels)) && (!byFields || byFields.matches((path) => fieldOf(definition, object, path)));
}

function fieldOf<T extends KubeObject>(definition: ResourceDefinition<T>, object: Stored<T>, path: string): string {
  if (path === 'metadata.name') return object.metadata.name;
  if (path === 'metadata.namespace') return object.metadata.namespace ?? '';
  return definition.selectableFields[path]?.(object) ?? '';
}
