import type { KubeObject } from '../object.js';
import type { ResourceDefinition } from '../resource-definition.js';
import { applyCustomDefaults } from './default-custom.js';
import { typeDefaults } from './default-plan.js';

/**
 * Sets what a decoded object leaves unset, in place, as a Kubernetes server does before it validates: the `defaulting` rows of
 * the table of API facts for built-in kinds, the `default`s of the schema for custom ones. Compiled once a type.
 */
export function applyDefaults<T extends KubeObject>(definition: ResourceDefinition<T>, draft: T): void {
  const type = definition.schema['x-kubelib-type'];
  if (definition.custom || type === undefined) applyCustomDefaults(definition.schema, draft);
  else typeDefaults(type).apply(draft as Record<string, unknown>, draft as Record<string, unknown>);
}
