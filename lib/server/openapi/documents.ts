import type { ServedGroup, ServedVersion } from '../discovery/groups.js';
import { versionInfo } from '../discovery/version.js';
import type { Descriptions } from './descriptions.js';
import { V2, V3 } from './dialect.js';
import { documentOperations } from './document-operations.js';
import type { Operation } from './operation.js';
import { byPath } from './operation.js';
import { pathItemV2 } from './paths-v2.js';
import type { SharedParameters } from './paths-v2.js';
import { pathItemV3 } from './paths-v3.js';
import { resourceOperations } from './resource-operations.js';
import type { GroupVersion } from './schema-components.js';
import { SchemaComponents } from './schema-components.js';

const TITLE = 'Kubernetes';
const TOKEN = { type: 'apiKey', name: 'authorization', in: 'header' };

/** The document of version 3 about some operations. `home`: the group version that it is about, where it is about one. */
export function documentV3(operations: readonly Operation[], home: GroupVersion | undefined, descriptions: Descriptions): object {
  const core = { group: '', version: 'v1' };
  const everywhere = home && home.group !== '' ? [core, home] : [core];
  const components = new SchemaComponents(V3, descriptions, everywhere);
  const paths = byPath(operations).map((one) => [one.path, pathItemV3(one, components)] as const);
  return {
    openapi: '3.0.0',
    info: { title: TITLE, version: `v${versionInfo.major}.${versionInfo.minor}` },
    paths: Object.fromEntries(paths),
    components: { schemas: sorted(components.schemas), securitySchemes: { BearerToken: TOKEN } },
  };
}

/** The document of version 2 about all that is served. Calls `rest` now and then: it is much. */
export async function documentV2(groups: readonly ServedGroup[], descriptions: Descriptions, rest: () => Promise<void>): Promise<object> {
  const everywhere = groups.flatMap(({ name: group, versions }) => versions.map(({ version }) => ({ group, version })));
  const components = new SchemaComponents(V2, descriptions, everywhere);
  const shared: SharedParameters = {};
  const paths: (readonly [string, object])[] = [];
  const add = (operations: readonly Operation[]) => {
    for (const one of byPath(operations)) paths.push([one.path, pathItemV2(one, components, shared)]);
  };
  add([...documentOperations(groups).values()].flat());
  for (const { versions } of groups) {
    for (const version of versions) {
      await rest();
      add(operationsOf(version));
    }
  }
  return {
    swagger: '2.0',
    info: { title: TITLE, version: versionInfo.gitVersion },
    paths: sorted(Object.fromEntries(paths)),
    definitions: sorted(components.schemas),
    parameters: sorted(shared),
    securityDefinitions: { BearerToken: TOKEN },
    security: [{ BearerToken: [] }],
  };
}

/** What can be done with the resources of one group version. */
export function operationsOf({ definitions }: ServedVersion): readonly Operation[] {
  return definitions.flatMap(resourceOperations);
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
