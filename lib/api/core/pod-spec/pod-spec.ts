import type { PodSpec } from 'kubernetes-types/core/v1.js';
import type { Faults } from '../../validation/faults.js';
import { validateLabels } from '../../validation/metadata.js';
import { dnsLabel, dnsSubdomain, qualifiedName } from '../../validation/names.js';
import { validateAffinity } from './affinity.js';
import { validateContainers } from './containers.js';
import { validateDns, validateHostAliases } from './dns.js';
import { validateOs } from './os.js';
import { validatePodSecurity } from './security.js';
import { validateTolerations } from './tolerations.js';
import { validateSpread } from './topology-spread.js';
import { validateVolumes } from './volumes.js';

const MAX_INT32 = 2 ** 31 - 1;

/** What must be true of the pods of a pod, or of a template of pods. `path` is where the spec stands. */
export function validatePodSpec(faults: Faults, path: string, spec: PodSpec): void {
  const volumes = validateVolumes(faults, `${path}.volumes`, spec.volumes ?? []);
  validateContainers(faults, path, spec, volumes);
  faults.requiredOneOf(`${path}.restartPolicy`, spec.restartPolicy, ['Always', 'OnFailure', 'Never']);
  validateDns(faults, path, spec);
  validateNames(faults, path, spec);
  validateLabels(faults, `${path}.nodeSelector`, spec.nodeSelector);
  validatePodSecurity(faults, path, spec);
  validateAffinity(faults, `${path}.affinity`, spec.affinity);
  validateHostAliases(faults, `${path}.hostAliases`, spec.hostAliases ?? []);
  validateTolerations(faults, `${path}.tolerations`, spec.tolerations ?? []);
  validateSpread(faults, `${path}.topologySpreadConstraints`, spec.topologySpreadConstraints ?? []);
  validateGates(faults, path, spec);
  validateOs(faults, path, spec);
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined) faults.inRange(`${path}.activeDeadlineSeconds`, deadline, 1, MAX_INT32);
  faults.oneOf(`${path}.preemptionPolicy`, spec.preemptionPolicy, ['Never', 'PreemptLowerPriority']);
}

function validateNames(faults: Faults, path: string, spec: PodSpec): void {
  if (spec.serviceAccountName) faults.syntax(`${path}.serviceAccountName`, spec.serviceAccountName, dnsSubdomain);
  if (spec.nodeName) faults.syntax(`${path}.nodeName`, spec.nodeName, dnsSubdomain);
  if (spec.hostname) faults.syntax(`${path}.hostname`, spec.hostname, dnsLabel);
  if (spec.subdomain) faults.syntax(`${path}.subdomain`, spec.subdomain, dnsLabel);
  if (spec.priorityClassName) faults.syntax(`${path}.priorityClassName`, spec.priorityClassName, dnsSubdomain);
  if (spec.runtimeClassName !== undefined) faults.syntax(`${path}.runtimeClassName`, spec.runtimeClassName, dnsSubdomain);
  if (spec.schedulerName) faults.syntax(`${path}.schedulerName`, spec.schedulerName, qualifiedName);
  spec.imagePullSecrets?.forEach(({ name }, index) => faults.required(`${path}.imagePullSecrets[${index}].name`, name));
}

function validateGates(faults: Faults, path: string, { readinessGates = [], schedulingGates = [], nodeName }: PodSpec): void {
  readinessGates.forEach(({ conditionType }, index) =>
    faults.syntax(`${path}.readinessGates[${index}].conditionType`, conditionType, qualifiedName),
  );
  const seen = new Set<string>();
  schedulingGates.forEach(({ name }, index) => {
    faults.syntax(`${path}.schedulingGates[${index}]`, name, qualifiedName);
    if (seen.has(name)) faults.duplicate(`${path}.schedulingGates[${index}]`, name);
    seen.add(name);
  });
  if (nodeName && schedulingGates.length > 0)
    faults.forbidden(`${path}.nodeName`, 'cannot be set until all schedulingGates have been cleared');
}
