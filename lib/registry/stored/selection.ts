import type { FieldSelector } from '../../api/meta/field-selector.js';
import { parseFieldSelector } from '../../api/meta/field-selector.js';
import { parseLabelSelector } from '../../api/meta/label-selector.js';
import { matcherOf } from '../../api/matcher.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { badRequest } from '../../api/status-error.js';
import type { Selection } from '../registry.js';
import type { ObjectStore } from './object-store.js';

/** A compiled {@link Selection}: the part of the store to look at, and which objects of it to take. */
export interface CompiledSelection<T extends KubeObject> {
  readonly prefix: string;
  /** The one key that can match, where the selection names its object. */
  readonly key?: string | undefined;
  /** Whether every object under the prefix matches. */
  readonly everything: boolean;
  matches(object: Stored<T>): boolean;
}

/** Compiles a selection; throws 400 for bad selectors and fields that the kind does not offer. */
export function compileSelection<T extends KubeObject>(store: ObjectStore<T>, selection: Selection): CompiledSelection<T> {
  const labels = typeof selection.labelSelector === 'string' ? parseLabelSelector(selection.labelSelector) : selection.labelSelector;
  const fields = typeof selection.fieldSelector === 'string' ? parseFieldSelector(selection.fieldSelector) : selection.fieldSelector;
  const { definition } = store;
  if (fields) checkFields(definition, fields);
  const namespace = definition.namespaced ? selection.namespace || fields?.exact('metadata.namespace') : undefined;
  const prefix = store.prefix(namespace);
  const name = fields?.exact('metadata.name');
  const named = name !== undefined && (namespace !== undefined || !definition.namespaced);
  return {
    prefix,
    ...(named ? { key: store.keyOf({ name, namespace }) ?? `${prefix}/` } : {}),
    everything: (labels?.empty ?? true) && (fields?.empty ?? true),
    matches: matcherOf(definition, labels, fields),
  };
}

function checkFields({ selectableFields }: ResourceDefinition, fields: FieldSelector): void {
  for (const path of fields.fields) {
    if (path === 'metadata.name' || path === 'metadata.namespace' || Object.hasOwn(selectableFields, path)) continue;
    throw badRequest(
      Object.keys(selectableFields).length > 0
        ? `field label not supported: ${path}`
        : `"${path}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
    );
  }
}
