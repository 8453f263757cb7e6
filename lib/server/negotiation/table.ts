import type { KubeObject, Stored } from '../../api/object.js';
import type { Column } from '../../api/resource-definition.js';
import { partialMetadata } from './partial-metadata.js';
import type { Presentation } from './presentation.js';

/** A `Table` as it travels. */
export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: 'meta.k8s.io/v1';
  readonly metadata: object;
  readonly columnDefinitions: readonly object[] | null;
  readonly rows: readonly object[];
}

/** The table that `kubectl get` prints: one row an object. */
export function tableOf(presentation: Presentation, objects: readonly Stored<KubeObject>[], metadata: object): Table {
  const { columns } = presentation.definition;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(columnDefinition),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.value(object, presentation.now)),
      object: rowObject(object, presentation.includeObject),
    })),
  };
}

/** The table of a watch bookmark: one row without content, which carries the version. */
export function bookmarkTable(
  { definition }: Presentation,
  metadata: { readonly resourceVersion: string; readonly annotations?: object },
): Table {
  const { resourceVersion } = metadata;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion },
    columnDefinitions: definition.columns.map(columnDefinition),
    rows: [
      {
        cells: definition.columns.map(emptyCell),
        object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { ...metadata, creationTimestamp: null } },
      },
    ],
  };
}

function columnDefinition({ name, type, format = '', description = '', priority = 0 }: Column): object {
  return { name, type, format, description, priority };
}

function emptyCell({ name, type }: Column): string | number {
  return name === 'Age' ? '<unknown>' : type === 'integer' || type === 'number' ? 0 : '';
}

function rowObject(object: Stored<KubeObject>, include: Presentation['includeObject']): object | null {
  if (include === 'None') return null;
  return include === 'Object' ? object : partialMetadata(object);
}
