import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { LabelSelector } from '../meta/label-selector.js';
import type { Faults } from '../validation/faults.js';
import { validateAnnotations, validateLabels } from '../validation/metadata.js';
import { validatePodSpec } from './pod-spec/pod-spec.js';

/** A template of pods, and the selector that must match what is made from it. */
export function validatePodTemplate(
  faults: Faults,
  path: string,
  template: PodTemplateSpec | undefined | null,
  selector: LabelSelector | undefined,
): void {
  if (!template) {
    faults.required(path, undefined);
    return;
  }
  const { metadata = {}, spec } = template;
  if (selector && !selector.empty && !selector.matches(metadata.labels))
    faults.invalid(`${path}.metadata.labels`, metadata.labels ?? null, '`selector` does not match template `labels`');
  validateLabels(faults, `${path}.labels`, metadata.labels);
  validateAnnotations(faults, `${path}.annotations`, metadata.annotations);
  validatePodSpec(faults, `${path}.spec`, spec ?? { containers: [] });
  if ((spec?.ephemeralContainers ?? []).length > 0)
    faults.forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template');
}
