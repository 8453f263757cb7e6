import type { ReplicationController } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { notSupported } from '../field-error.js';
import { selectorFromMap } from '../meta/label-selector.js';
import { Faults } from '../validation/faults.js';
import { containerImages, containerNames, labelsText } from './cells.js';
import { validatePodTemplate } from './pod-template.js';

/** Keeps a number of equal pods alive. */
export const replicationControllers = defineBuiltIn<ReplicationController>('v1/replicationcontrollers', {
  storagePrefix: '/registry/controllers',
  fields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  cells: {
    Desired: ({ spec }) => spec?.replicas ?? 0,
    Current: ({ status }) => status?.replicas ?? 0,
    Ready: ({ status }) => status?.readyReplicas ?? 0,
    Containers: ({ spec }) => containerNames(spec?.template?.spec?.containers),
    Images: ({ spec }) => containerImages(spec?.template?.spec?.containers),
    Selector: ({ spec }) => labelsText(spec?.selector),
  },
  rules: {
    validate({ spec = {}, status }) {
      const faults = new Faults();
      faults.nonNegative('spec.minReadySeconds', spec.minReadySeconds);
      const hasSelector = faults.required('spec.selector', Object.keys(spec.selector ?? {}).length || undefined);
      faults.required('spec.replicas', spec.replicas);
      faults.nonNegative('spec.replicas', spec.replicas);
      validatePodTemplate(faults, 'spec.template', spec.template, hasSelector ? selectorFromMap(spec.selector) : undefined);
      const policy = spec.template?.spec?.restartPolicy;
      if (policy && policy !== 'Always') faults.add(notSupported('spec.template.spec.restartPolicy', policy, ['Always']));
      if (spec.template?.spec?.activeDeadlineSeconds !== undefined)
        faults.forbidden('spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in ReplicationController is not Supported');
      validateStatus(faults, status ?? { replicas: 0 });
      return faults.list;
    },
  },
});

function validateStatus(faults: Faults, status: NonNullable<ReplicationController['status']>): void {
  for (const field of ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'] as const)
    faults.nonNegative(`status.${field}`, status[field]);
  for (const field of ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const)
    if ((status[field] ?? 0) > status.replicas) faults.invalid(`status.${field}`, status[field], 'cannot be greater than status.replicas');
}
