import type { EnvFromSource, EnvVar, EnvVarSource } from 'kubernetes-types/core/v1.js';
import type { Faults } from '../../validation/faults.js';
import { configMapKey, dnsSubdomain, envVarName } from '../../validation/names.js';
import { validateFieldRef, validateResourceFieldRef } from './downward.js';

/** Fields of the pod that a variable may show. */
const SHOWN_FIELDS = new Set([
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]);
const SOURCES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const;

/** Variables, each with a value or one source of it. */
export function validateEnv(faults: Faults, path: string, env: readonly EnvVar[]): void {
  env.forEach(({ name, value, valueFrom }, index) => {
    const at = `${path}[${index}]`;
    faults.requiredSyntax(`${at}.name`, name, envVarName);
    if (valueFrom) validateSource(faults, `${at}.valueFrom`, valueFrom, value ?? '');
  });
}

/** All keys of a config map or secret as variables. The path of a wrong number of sources has no index, as in the real server. */
export function validateEnvFrom(faults: Faults, path: string, sources: readonly EnvFromSource[]): void {
  sources.forEach(({ prefix, configMapRef, secretRef }, index) => {
    const at = `${path}[${index}]`;
    if (prefix) faults.syntax(`${at}.prefix`, prefix, envVarName);
    if (configMapRef) faults.requiredSyntax(`${at}.configMapRef.name`, configMapRef.name, dnsSubdomain);
    if (secretRef) faults.requiredSyntax(`${at}.secretRef.name`, secretRef.name, dnsSubdomain);
    if (configMapRef && secretRef) faults.invalid(path, '', 'may not have more than one field specified at a time');
    if (!configMapRef && !secretRef) faults.invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`');
  });
}

function validateSource(faults: Faults, path: string, source: EnvVarSource, value: string): void {
  if (source.fieldRef) validateFieldRef(faults, `${path}.fieldRef`, source.fieldRef, SHOWN_FIELDS);
  if (source.resourceFieldRef) validateResourceFieldRef(faults, `${path}.resourceFieldRef`, source.resourceFieldRef);
  for (const kind of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const reference = source[kind];
    if (!reference) continue;
    faults.syntax(`${path}.${kind}.name`, reference.name ?? '', dnsSubdomain);
    faults.requiredSyntax(`${path}.${kind}.key`, reference.key, configMapKey);
  }
  const count = SOURCES.filter((kind) => kind in source).length;
  if (count === 0)
    faults.invalid(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`');
  else if (value !== '') faults.invalid(path, '', 'may not be specified when `value` is not empty');
  if (count > 1) faults.invalid(path, '', 'may not have more than one field specified at a time');
}
