import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from 'kubernetes-types/apiextensions/v1.js';
import type { ColumnOptions } from '../custom-column.js';
import { defineResource } from '../define-resource.js';
import { conditionOf } from '../meta/conditions.js';
import type { KubeObject } from '../object.js';
import type { ResourceDefinition } from '../resource-definition.js';
import type { Schema } from '../schema/schema.js';
import { versionForm } from './version-form.js';

/** Why nothing is created any more while the instances of a definition are being deleted. */
const CLOSED = 'create not allowed while custom resource definition is terminating';

/**
 * The kinds that a CustomResourceDefinition makes: one a served version, once its names have been accepted. `isClosed` tells, at any
 * time, that nothing may be created any more. Throws when it holds what {@link defineResource} refuses; one that has been
 * validated does not.
 */
export function definitionsOf(crd: CustomResourceDefinition, isClosed: () => boolean): readonly ResourceDefinition[] {
  if (!isTrue(crd, 'NamesAccepted') && !isTrue(crd, 'Established')) return [];
  return crd.spec.versions.filter(({ served }) => served).map((version) => definitionOf(crd, version, isClosed));
}

/** The kind in which the instances are stored, whether it is served or not. */
export function storedDefinitionOf(crd: CustomResourceDefinition): ResourceDefinition | undefined {
  const version = crd.spec.versions.find(({ storage }) => storage);
  return version && definitionOf(crd, version, () => true);
}

function definitionOf(
  crd: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
  isClosed: () => boolean,
): ResourceDefinition {
  const { spec, status } = crd;
  const schemas = new Map(spec.versions.map((version) => [version.name, schemaOf(version)]));
  const storage = spec.versions.find((version) => version.storage)?.name ?? '';
  const names = status?.acceptedNames ?? spec.names;
  return {
    ...defineResource<KubeObject>({
      group: spec.group,
      version: version.name,
      kind: names.kind || spec.names.kind,
      plural: spec.names.plural,
      singular: names.singular,
      listKind: names.listKind,
      shortNames: names.shortNames,
      categories: names.categories,
      namespaced: spec.scope === 'Namespaced',
      schema: schemas.get(version.name),
      columns: columnsOf(version),
      subresources: { status: version.subresources?.status !== undefined, scale: version.subresources?.scale },
      selectableFields: version.selectableFields?.map(({ jsonPath }) => jsonPath),
    }),
    storedForm: versionForm({
      group: spec.group,
      version: version.name,
      storage,
      schemas,
      conversion: spec.conversion?.strategy ?? 'None',
    }),
    closed: () => (isClosed() ? CLOSED : undefined),
    ...(version.deprecated
      ? { deprecation: version.deprecationWarning ?? `${spec.group}/${version.name} ${spec.names.kind} is deprecated` }
      : {}),
  };
}

/** Whether a condition of a definition holds. */
export function isTrue({ status }: CustomResourceDefinition, type: 'NamesAccepted' | 'Established' | 'Terminating'): boolean {
  return conditionOf(status?.conditions, type)?.status === 'True';
}

/** The same value as the definition holds; defined by validation to be a structural schema. */
function schemaOf({ schema }: CustomResourceDefinitionVersion): Schema {
  return (schema?.openAPIV3Schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }) as Schema;
}

function columnsOf({ additionalPrinterColumns = [] }: CustomResourceDefinitionVersion): readonly ColumnOptions<KubeObject>[] | undefined {
  if (additionalPrinterColumns.length === 0) return undefined;
  return additionalPrinterColumns.map((column) => ({ ...column, type: column.type as ColumnOptions<KubeObject>['type'] }));
}
