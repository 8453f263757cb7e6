import type { ResourceDefinition, SubresourceDefinition } from '../../api/resource-definition.js';
import type { ServedGroup, ServedVersion } from './groups.js';

/** `/api`. */
export function apiVersions(groups: readonly ServedGroup[], address: string): object {
  const core = groups.find(({ name }) => name === '');
  return {
    kind: 'APIVersions',
    versions: (core?.versions ?? []).map(({ version }) => version),
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

/** `/apis`. */
export function apiGroupList(groups: readonly ServedGroup[]): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.filter(({ name }) => name !== '').map(groupOf) };
}

/** `/apis/GROUP`. */
export function apiGroup(group: ServedGroup): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) };
}

function groupOf({ name, versions }: ServedGroup) {
  const all = versions.map(({ groupVersion, version }) => ({ groupVersion, version }));
  return { name, versions: all, preferredVersion: all[0] };
}

/** `/api/v1`, `/apis/GROUP/VERSION`. */
export function apiResourceList({ groupVersion, definitions }: ServedVersion): object {
  return {
    kind: 'APIResourceList',
    ...(groupVersion.includes('/') ? { apiVersion: 'v1' } : {}),
    groupVersion,
    resources: definitions.flatMap((definition) => [mainResource(definition), ...subresources(definition)]),
  };
}

function mainResource({ plural, singular, namespaced, kind, verbs, shortNames, categories }: ResourceDefinition) {
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: [...verbs].sort(),
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
  };
}

function subresources(definition: ResourceDefinition) {
  return Object.entries(definition.subresources).map(([name, sub]) => ({
    name: `${definition.plural}/${name}`,
    singularName: '',
    namespaced: definition.namespaced,
    ...(sub.group === definition.group && sub.version === definition.version ? {} : { group: sub.group, version: sub.version }),
    kind: sub.kind,
    verbs: [...sub.verbs].sort(),
  }));
}

/** `/api` or `/apis` in the aggregated form: everything at once. */
export function groupDiscoveryList(groups: readonly ServedGroup[]): object {
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items: groups.map(groupDiscovery) };
}

function groupDiscovery({ name, versions }: ServedGroup) {
  return {
    metadata: name === '' ? {} : { name },
    versions: versions.map(({ version, definitions }) => ({
      version,
      freshness: 'Current',
      resources: definitions.map(resourceDiscovery),
    })),
  };
}

type TypeName = Pick<SubresourceDefinition, 'group' | 'version' | 'kind'>;

/** Built-in groups do not say that the kinds of their resources are their own, as with Kubernetes: clients fill that in. */
function responseKind(kind: TypeName, { group, version, custom }: Omit<ResourceDefinition, 'subresources'>): TypeName {
  const isOwn = !custom && kind.group === group && kind.version === version;
  return isOwn ? { group: '', version: '', kind: kind.kind } : { group: kind.group, version: kind.version, kind: kind.kind };
}

function resourceDiscovery({ subresources: subs, ...definition }: ResourceDefinition) {
  const { plural, singular, namespaced, verbs, shortNames, categories } = definition;
  return {
    resource: plural,
    responseKind: responseKind(definition, definition),
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: [...verbs].sort(),
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(Object.keys(subs).length > 0
      ? {
          subresources: Object.entries(subs).map(([subresource, sub]) => ({
            subresource,
            responseKind: responseKind(sub, definition),
            verbs: [...sub.verbs].sort(),
          })),
        }
      : {}),
  };
}
