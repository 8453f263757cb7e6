import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceSubresources,
  JSONSchemaProps,
} from 'kubernetes-types/apiextensions/v1.js';
import type { KubeObject } from '../object.js';
import type { ResourceDefinition } from '../resource-definition.js';
import { customResourceDefinitions } from './custom-resource-definitions.js';

/**
 * The CustomResourceDefinition that makes a kind known to another API server: names, scope, schema, columns, subresources and
 * selectable fields. What only code can say is left out: columns with a function, and the rules of the definition.
 *
 * Throws a TypeError for a built-in kind.
 */
export function customResourceDefinitionOf<T extends KubeObject>(definition: ResourceDefinition<T>): CustomResourceDefinition {
  const { group, version, plural, namespaced } = definition;
  if (!definition.custom)
    throw new TypeError(`${definition.kind} of ${definition.apiVersion} is built in: it needs no CustomResourceDefinition`);
  const { apiVersion, kind } = customResourceDefinitions;
  const columns = columnsOf(definition);
  const fields = Object.keys(definition.selectableFields).filter((path) => !path.startsWith('metadata.'));
  const subresources = subresourcesOf(definition);
  return {
    apiVersion: apiVersion as NonNullable<CustomResourceDefinition['apiVersion']>,
    kind: kind as NonNullable<CustomResourceDefinition['kind']>,
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: namesOf(definition),
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schemaOf(definition) },
          ...(subresources ? { subresources } : {}),
          ...(columns.length > 0 ? { additionalPrinterColumns: columns } : {}),
          ...(fields.length > 0 ? { selectableFields: fields.map((path) => ({ jsonPath: `.${path}` })) } : {}),
          ...(definition.deprecation === undefined ? {} : { deprecated: true, deprecationWarning: definition.deprecation }),
        },
      ],
    },
  };
}

function namesOf<T extends KubeObject>(definition: ResourceDefinition<T>): CustomResourceDefinition['spec']['names'] {
  const { kind, listKind, plural, singular, shortNames, categories } = definition;
  return {
    kind,
    listKind,
    plural,
    singular,
    ...(shortNames.length > 0 ? { shortNames: [...shortNames] } : {}),
    ...(categories.length > 0 ? { categories: [...categories] } : {}),
  };
}

/** Servers know what every object has; a definition may not say it again. */
function schemaOf<T extends KubeObject>({ schema }: ResourceDefinition<T>): JSONSchemaProps {
  const { properties = {}, ...rest } = schema;
  const { apiVersion: _, kind: __, metadata: ___, ...own } = properties;
  return (Object.keys(own).length > 0 ? { ...rest, properties: own } : rest) as JSONSchemaProps;
}

function columnsOf<T extends KubeObject>({ columns }: ResourceDefinition<T>): CustomResourceColumnDefinition[] {
  return columns.flatMap(({ name, type, format, description, priority = 0, jsonPath }) =>
    jsonPath === undefined
      ? []
      : [
          {
            name,
            type,
            jsonPath,
            ...(format ? { format } : {}),
            ...(description ? { description } : {}),
            ...(priority ? { priority } : {}),
          },
        ],
  );
}

function subresourcesOf<T extends KubeObject>({ subresources }: ResourceDefinition<T>): CustomResourceSubresources | undefined {
  const { status, scale } = subresources;
  if (!status && !scale) return undefined;
  const { specReplicasPath = '', statusReplicasPath = '', labelSelectorPath } = scale ?? {};
  return {
    ...(status ? { status: {} } : {}),
    ...(scale ? { scale: { specReplicasPath, statusReplicasPath, ...(labelSelectorPath ? { labelSelectorPath } : {}) } } : {}),
  };
}
