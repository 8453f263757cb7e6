import type { ObjectFieldSelector, ResourceFieldSelector } from 'kubernetes-types/core/v1.js';
import { notSupported } from '../../field-error.js';
import type { Faults } from '../../validation/faults.js';
import { qualifiedName } from '../../validation/names.js';

/** Fields that a pod can tell of itself at all; each place allows some of them. */
const KNOWN_FIELDS = new Set([
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.phase',
  'status.podIP',
  'status.podIPs',
]);
const SUBSCRIPT = /^(metadata\.(?:annotations|labels))\['(.*)'\]$/;
const RESOURCES = ['cpu', 'ephemeral-storage', 'memory'].flatMap((name) => [`limits.${name}`, `requests.${name}`]);

/** `fieldPath: metadata.labels['app']`: a field of the pod itself. */
export function validateFieldRef(faults: Faults, path: string, reference: ObjectFieldSelector, allowed: ReadonlySet<string>): void {
  const at = `${path}.fieldPath`;
  if (!faults.required(`${path}.apiVersion`, reference.apiVersion) || !faults.required(at, reference.fieldPath)) return;
  const [, map, key = ''] = SUBSCRIPT.exec(reference.fieldPath) ?? [];
  if (map !== undefined) faults.syntax(at, map === 'metadata.annotations' ? key.toLowerCase() : key, qualifiedName);
  else if (!KNOWN_FIELDS.has(reference.fieldPath))
    faults.invalid(at, reference.fieldPath, `error converting fieldPath: field label not supported: ${reference.fieldPath}`);
  else if (!allowed.has(reference.fieldPath)) faults.add(notSupported(at, reference.fieldPath, [...allowed].sort()));
}

/** `resource: limits.cpu`: what a container may use. */
export function validateResourceFieldRef(faults: Faults, path: string, { resource }: ResourceFieldSelector): void {
  if (!faults.required(`${path}.resource`, resource)) return;
  if (/^(limits|requests)\.hugepages-/.test(resource)) return;
  faults.oneOf(`${path}.resource`, resource, RESOURCES);
}
