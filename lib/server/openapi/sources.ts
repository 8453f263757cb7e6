import type { ResourceDefinition } from '../../api/resource-definition.js';
import type { ServedGroup } from '../discovery/groups.js';
import { documentOperations } from './document-operations.js';
import { operationsOf } from './documents.js';
import type { Operation } from './operation.js';
import type { GroupVersion } from './schema-components.js';

/** What one document of version 3 is made of. */
export interface DocumentSource {
  /** What stands after `/openapi/v3/`: `api/v1`, `apis/apps/v1`, `version`, … */
  readonly key: string;
  /** The group version that it is about, where it is about one. */
  readonly home?: GroupVersion;
  /** The document is the same as long as these are. */
  readonly definitions: readonly ResourceDefinition[];
  operations(): readonly Operation[];
}

/** The documents of version 3, by key. */
export function documentSources(groups: readonly ServedGroup[]): readonly DocumentSource[] {
  const others = new Map(documentOperations(groups));
  const sources: DocumentSource[] = [];
  for (const { name, versions } of groups) {
    for (const version of versions) {
      const key = name === '' ? `api/${version.version}` : `apis/${version.groupVersion}`;
      const more = others.get(key) ?? [];
      others.delete(key);
      sources.push({
        key,
        home: { group: name, version: version.version },
        definitions: version.definitions,
        operations: () => [...more, ...operationsOf(version)],
      });
    }
  }
  for (const [key, operations] of others) sources.push({ key, definitions: [], operations: () => operations });
  return sources.sort((a, b) => (a.key < b.key ? -1 : 1));
}
