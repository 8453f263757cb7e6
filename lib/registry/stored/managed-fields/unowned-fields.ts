import type { KubeObject } from '../../../api/object.js';
import type { ResourceDefinition } from '../../../api/resource-definition.js';
import type { FieldSet } from './field-set.js';
import { differenceBelow, fieldAt, NO_FIELDS, union } from './field-set.js';

/** What the server alone sets; who wrote an object owns none of it. */
const SYSTEM_FIELDS = [
  'apiVersion',
  'kind',
  'metadata.name',
  'metadata.namespace',
  'metadata.creationTimestamp',
  'metadata.selfLink',
  'metadata.uid',
  'metadata.clusterName',
  'metadata.generation',
  'metadata.managedFields',
  'metadata.resourceVersion',
];

/** What a write to `status` leaves as it is besides the spec, by `group/plural`. */
const KEPT_BY_STATUS: Readonly<Record<string, readonly string[]>> = {
  '/pods': ['metadata.deletionTimestamp', 'metadata.ownerReferences'],
  'apps/deployments': ['metadata.labels'],
  'apiextensions.k8s.io/customresourcedefinitions': ['metadata'],
  'apiregistration.k8s.io/apiservices': ['metadata'],
  'admissionregistration.k8s.io/validatingadmissionpolicies': ['metadata'],
  'flowcontrol.apiserver.k8s.io/flowschemas': ['metadata', 'spec'],
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': ['metadata', 'spec'],
};

const setOf = (paths: readonly string[]) =>
  paths.reduce((set, path) => union(set, fieldAt(path.split('.').map((name) => `f:${name}`))), NO_FIELDS);

const known = new WeakMap<object, Map<string, FieldSet>>();

/** The fields that a write to an object, or to the part of it that a subresource names, cannot change or cannot own. */
export function unownedFields<T extends KubeObject>(definition: ResourceDefinition<T>, subresource: string): FieldSet {
  let sets = known.get(definition);
  if (!sets) known.set(definition, (sets = new Map<string, FieldSet>()));
  let set = sets.get(subresource);
  if (!set) {
    const reset = setOf(resetFields(definition, subresource));
    sets.set(subresource, (set = union(differenceBelow(setOf(SYSTEM_FIELDS), reset), reset)));
  }
  return set;
}

function resetFields<T extends KubeObject>({ group, plural, subresources }: ResourceDefinition<T>, subresource: string): string[] {
  if (subresource === 'status') return ['spec', ...(KEPT_BY_STATUS[`${group}/${plural}`] ?? [])];
  return subresources['status'] ? ['status'] : [];
}
