import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import { containerImages, containerNames } from '../core/cells.js';
import { validatePodTemplate } from '../core/pod-template.js';
import type { FieldError } from '../field-error.js';
import { notSupported } from '../field-error.js';
import { labelSelectorOf } from '../meta/label-selector.js';
import type { KubeObject } from '../object.js';
import type { ResourceRules } from '../resource-definition.js';
import { Faults } from '../validation/faults.js';
import { validateLabelSelector } from '../validation/label-selector.js';

/** What Deployments, ReplicaSets, DaemonSets and StatefulSets have in common. */
interface Workload extends KubeObject {
  spec?: {
    selector: LabelSelector;
    template?: PodTemplateSpec;
    replicas?: number;
    minReadySeconds?: number;
    revisionHistoryLimit?: number;
  };
}

/** A selector that matches the template and never changes, a template whose pods live on, and no negative numbers. */
export const workloadRules: ResourceRules<Workload> = {
  validate: (object) => validateWorkload(object, true),
  validateUpdate: validateWorkloadUpdate,
};

/** As {@link workloadRules}; a missing selector is told of by the labels that it does not match, as in the real server. */
export const daemonRules: ResourceRules<Workload> = { ...workloadRules, validate: (object) => validateWorkload(object, false) };

function validateWorkload({ spec }: Workload, selectorRequired: boolean): readonly FieldError[] {
  const faults = new Faults();
  for (const field of ['replicas', 'minReadySeconds', 'revisionHistoryLimit'] as const) faults.nonNegative(`spec.${field}`, spec?.[field]);
  // Without one in the body there is none here either, whatever the type says.
  const selector = spec?.selector as LabelSelector | null | undefined;
  const empty = !selector || (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0);
  validateLabelSelector(faults, 'spec.selector', selector);
  const readable = faults.list.every(({ field }) => !field.startsWith('spec.selector'));
  if (!selector && selectorRequired) faults.required('spec.selector', undefined);
  else if (selector && empty) faults.invalid('spec.selector', selector, 'empty selector is invalid for deployment');
  validatePodTemplate(faults, 'spec.template', spec?.template, readable ? labelSelectorOf(selector) : undefined);
  const policy = spec?.template?.spec?.restartPolicy;
  if (policy && policy !== 'Always') faults.add(notSupported('spec.template.spec.restartPolicy', policy, ['Always']));
  if (spec?.template?.spec?.activeDeadlineSeconds !== undefined)
    faults.forbidden('spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds is not supported here');
  return faults.list;
}

function validateWorkloadUpdate(object: Workload, old: Workload): readonly FieldError[] {
  const faults = new Faults();
  faults.immutable('spec.selector', object.spec?.selector, old.spec?.selector);
  return faults.list;
}

/** The wide columns of workloads. */
export const workloadCells = {
  Containers: ({ spec }: Workload) => containerNames(spec?.template?.spec?.containers),
  Images: ({ spec }: Workload) => containerImages(spec?.template?.spec?.containers),
  Selector: ({ spec }: Workload) => labelSelectorOf(spec?.selector).toString() || '<none>',
};
