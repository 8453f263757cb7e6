import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from 'kubernetes-types/apiextensions/v1.js';

/** A version that is served, and stored unless told otherwise, with this schema for `spec`. */
export const versionOf = (
  name: string,
  spec: object,
  more: Partial<CustomResourceDefinitionVersion> = {},
): CustomResourceDefinitionVersion => ({
  name,
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
  ...more,
});

/** Widgets of `wire.example.com`, as a client writes the definition. */
export function crdOf(
  versions: readonly CustomResourceDefinitionVersion[],
  change: Partial<CustomResourceDefinition['spec']> = {},
): CustomResourceDefinition {
  const names = { plural: 'widgets', kind: 'Widget' };
  const spec = { group: 'wire.example.com', scope: 'Namespaced', names, versions: [...versions], ...change };
  return { metadata: { name: `${spec.names.plural}.${spec.group}` }, spec };
}
