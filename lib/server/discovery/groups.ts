import type { Catalog } from '../../api/catalog.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';

/** One version of a group, with its kinds. */
export interface ServedVersion {
  readonly version: string;
  /** `v1` or `group/version`. */
  readonly groupVersion: string;
  readonly definitions: readonly ResourceDefinition[];
}

/** A group that is served, its preferred version first. */
export interface ServedGroup {
  /** Empty for the core group. */
  readonly name: string;
  readonly versions: readonly ServedVersion[];
}

/** What a catalog serves, in the order in which discovery shows it. */
export function servedGroups({ definitions }: Catalog): readonly ServedGroup[] {
  const groups = new Map<string, Map<string, ResourceDefinition[]>>();
  for (const definition of definitions) {
    const versions = groups.get(definition.group) ?? new Map<string, ResourceDefinition[]>();
    groups.set(definition.group, versions);
    const list = versions.get(definition.version);
    if (list) list.push(definition);
    else versions.set(definition.version, [definition]);
  }
  return [...groups].map(([name, versions]) => ({
    name,
    versions: [...versions].map(([version, list]) => ({
      version,
      groupVersion: name === '' ? version : `${name}/${version}`,
      definitions: list,
    })),
  }));
}
