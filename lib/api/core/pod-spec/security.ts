import type { PodSpec, SecurityContext } from 'kubernetes-types/core/v1.js';
import type { Faults } from '../../validation/faults.js';

const MAX_ID = 2 ** 31 - 1;

/** Ids and privileges of one container. */
export function validateContainerSecurity(faults: Faults, path: string, context: SecurityContext | undefined): void {
  if (!context) return;
  validateId(faults, `${path}.runAsUser`, context.runAsUser);
  validateId(faults, `${path}.runAsGroup`, context.runAsGroup);
  faults.oneOf(`${path}.procMount`, context.procMount, ['Default', 'Unmasked']);
  if (context.allowPrivilegeEscalation !== false) return;
  if (context.privileged) faults.invalid(path, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true');
  if (context.capabilities?.add?.includes('CAP_SYS_ADMIN'))
    faults.invalid(path, context, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN');
}

/** Ids of all containers of a pod. */
export function validatePodSecurity(faults: Faults, path: string, spec: PodSpec): void {
  const at = `${path}.securityContext`;
  const context = spec.securityContext;
  validateId(faults, `${at}.runAsUser`, context?.runAsUser);
  validateId(faults, `${at}.runAsGroup`, context?.runAsGroup);
  validateId(faults, `${at}.fsGroup`, context?.fsGroup);
  context?.supplementalGroups?.forEach((id, index) => validateId(faults, `${at}.supplementalGroups[${index}]`, id));
  faults.oneOf(`${at}.fsGroupChangePolicy`, context?.fsGroupChangePolicy, ['Always', 'OnRootMismatch']);
  if (spec.shareProcessNamespace && spec.hostPID)
    faults.invalid(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled');
}

function validateId(faults: Faults, path: string, id: number | undefined): void {
  faults.inRange(path, id, 0, MAX_ID);
}
