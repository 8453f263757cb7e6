import type { Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import type { FieldError } from '../field-error.js';
import type { Stored } from '../object.js';
import type { RuleContext } from '../resource-definition.js';
import { ipAddress } from '../validation/addresses.js';
import { Faults } from '../validation/faults.js';
import { qualifiedName } from '../validation/names.js';
import { spellOutLabelKeys } from './match-label-keys.js';
import { validatePodSpec } from './pod-spec/pod-spec.js';
import { qosClass } from './pod-qos.js';

/** Fields that say one thing twice agree, whichever was given. */
export function normalisePod({ spec, status }: Pod): void {
  if (spec?.terminationGracePeriodSeconds !== undefined && spec.terminationGracePeriodSeconds < 0) spec.terminationGracePeriodSeconds = 1;
  if (status?.podIP && status.podIPs?.[0]?.ip !== status.podIP) status.podIPs = [{ ip: status.podIP }];
  else if (!status?.podIP && status?.podIPs?.[0]?.ip) status.podIP = status.podIPs[0].ip;
}

/** A new pod waits, whatever its maker says of its status. */
export function prepareNewPod(pod: { -readonly [K in keyof Pod]: Pod[K] }): void {
  pod.status = { phase: 'Pending', qosClass: qosClass(pod.spec) };
  spellOutLabelKeys(pod);
}

/** Subresources of a pod change just their part. */
export function preparePodUpdate(pod: Pod, old: Stored<Pod>, { subresource }: RuleContext): void {
  if (subresource === 'ephemeralcontainers') keepAllBut(pod, old, { ephemeralContainers: pod.spec?.ephemeralContainers });
  if (subresource === 'resize') keepAllBut(pod, old, resized(old.spec, pod.spec));
}

/** What must be true of a pod. */
export function validatePod({ spec, status }: Pod): readonly FieldError[] {
  const faults = new Faults();
  validatePodSpec(faults, 'spec', spec ?? ({} as PodSpec));
  for (const list of ['containers', 'initContainers'] as const)
    spec?.[list]?.forEach(({ image }, index) => {
      if (image && image !== image.trim())
        faults.invalid(`spec.${list}[${index}].image`, image, 'must not have leading or trailing whitespace');
    });
  status?.podIPs?.forEach(({ ip }, index) => faults.syntax(`status.podIPs[${index}]`, ip ?? '', ipAddress));
  status?.conditions?.forEach(({ type }, index) => faults.syntax(`status.conditions[${index}].Type`, type, qualifiedName));
  return faults.list;
}

function keepAllBut(pod: Pod, old: Stored<Pod>, spec: { [K in keyof PodSpec]?: PodSpec[K] | undefined }): void {
  pod.spec = { ...old.spec, ...spec } as PodSpec;
  for (const [key, value] of Object.entries(spec)) if (value === undefined) delete pod.spec[key as keyof PodSpec];
}

/** The old containers with the new resources. */
function resized(old: PodSpec | undefined, wanted: PodSpec | undefined): Pick<PodSpec, 'containers'> {
  return {
    containers: (old?.containers ?? []).map((container) => {
      const { resources, resizePolicy } = wanted?.containers?.find(({ name }) => name === container.name) ?? container;
      return { ...container, ...(resources ? { resources } : {}), ...(resizePolicy ? { resizePolicy } : {}) };
    }),
  };
}
