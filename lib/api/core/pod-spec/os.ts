import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { notSupported } from '../../field-error.js';
import type { Faults } from '../../validation/faults.js';

const NOT_ON_WINDOWS = {
  spec: ['hostIPC', 'hostPID', 'hostUsers', 'shareProcessNamespace'],
  pod: ['fsGroup', 'fsGroupChangePolicy', 'runAsGroup', 'runAsUser', 'seLinuxOptions', 'seccompProfile', 'supplementalGroups', 'sysctls'],
  container: [
    'allowPrivilegeEscalation',
    'capabilities',
    'privileged',
    'procMount',
    'readOnlyRootFilesystem',
    'runAsGroup',
    'runAsUser',
    'seLinuxOptions',
    'seccompProfile',
  ],
} as const;

/** A pod that says for which system it is has no fields of the other. */
export function validateOs(faults: Faults, path: string, spec: PodSpec): void {
  if (!spec.os) return;
  const { name } = spec.os;
  if (!faults.required(`${path}.os.name`, name)) return;
  if (name === 'windows') validateWindows(faults, path, spec);
  else if (name === 'linux') validateLinux(faults, path, spec);
  else faults.add(notSupported(`${path}.os`, name, ['linux', 'windows']));
}

function validateWindows(faults: Faults, path: string, spec: PodSpec): void {
  forbid(faults, path, spec, NOT_ON_WINDOWS.spec);
  forbid(faults, `${path}.securityContext`, spec.securityContext, NOT_ON_WINDOWS.pod);
  for (const [at, context] of containerContexts(path, spec)) forbid(faults, at, context, NOT_ON_WINDOWS.container);
}

function validateLinux(faults: Faults, path: string, spec: PodSpec): void {
  const contexts = [[`${path}.securityContext`, spec.securityContext], ...containerContexts(path, spec)] as const;
  for (const [at, context] of contexts)
    if (context?.windowsOptions) faults.forbidden(`${at}.windowsOptions`, 'windows options cannot be set for a linux pod');
}

function containerContexts(path: string, spec: PodSpec) {
  return (['containers', 'initContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).map(({ securityContext }, index) => [`${path}.${list}[${index}].securityContext`, securityContext] as const),
  );
}

function forbid<T extends object>(faults: Faults, path: string, holder: T | undefined, fields: readonly (keyof T & string)[]): void {
  for (const field of fields) if (holder?.[field] !== undefined) faults.forbidden(`${path}.${field}`, 'cannot be set for a windows pod');
}
