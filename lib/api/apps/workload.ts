import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import { containerImages, containerNames } from '../core/cells.js';
import { validatePodTemplate } from '../core/pod-template.js';
import { notSupported } from '../field-error.js';
import type { LabelSelector as CompiledSelector } from '../meta/label-selector.js';
import { labelSelectorOf } from '../meta/label-selector.js';
import type { KubeObject } from '../object.js';
import type { Faults } from '../validation/faults.js';
import { validateLabelSelector } from '../validation/label-selector.js';

/** What Deployments, ReplicaSets, DaemonSets and StatefulSets have in common. */
interface Workload extends KubeObject {
  spec?: {
    selector: LabelSelector;
    template?: PodTemplateSpec;
  };
}

/**
 * The selector of a workload, compiled; undefined when it cannot be read, which has been told by then. It must select something;
 * where it is `required`, a missing one is told as well, elsewhere only by the labels that it does not match.
 */
export function validateWorkloadSelector(
  faults: Faults,
  selector: LabelSelector | undefined | null,
  { kind, required }: { readonly kind: string; readonly required: boolean },
): CompiledSelector | undefined {
  const before = faults.list.length;
  validateLabelSelector(faults, 'spec.selector', selector);
  const readable = faults.list.length === before;
  if (!selector) {
    if (required) faults.required('spec.selector', undefined);
  } else if (Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0)
    faults.invalid('spec.selector', selector, `empty selector is invalid for ${kind}`);
  return readable ? labelSelectorOf(selector) : undefined;
}

/** A template whose pods the selector matches, and live on until they are removed. `kind` as in the words of the real server. */
export function validateLastingTemplate(
  faults: Faults,
  template: PodTemplateSpec | undefined | null,
  selector: CompiledSelector | undefined,
  kind: string,
): void {
  validatePodTemplate(faults, 'spec.template', template, selector);
  const policy = template?.spec?.restartPolicy;
  if (policy && policy !== 'Always') faults.add(notSupported('spec.template.spec.restartPolicy', policy, ['Always']));
  if (template?.spec?.activeDeadlineSeconds !== undefined)
    faults.forbidden('spec.template.spec.activeDeadlineSeconds', `activeDeadlineSeconds in ${kind} is not Supported`);
}

/** The wide columns of workloads. */
export const workloadCells = {
  Containers: ({ spec }: Workload) => containerNames(spec?.template?.spec?.containers),
  Images: ({ spec }: Workload) => containerImages(spec?.template?.spec?.containers),
  Selector: ({ spec }: Workload) => labelSelectorOf(spec?.selector).toString() || '<none>',
};
