import type { ReplicaSet, ReplicaSetStatus } from 'kubernetes-types/apps/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { validateCounts, validateNotAbove } from '../validation/counts.js';
import { Faults } from '../validation/faults.js';
import { validateLastingTemplate, validateWorkloadSelector, workloadCells } from './workload.js';

/** Keeps a number of equal pods alive. */
export const replicaSets = defineBuiltIn<ReplicaSet>('apps/v1/replicasets', {
  fields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  cells: {
    ...workloadCells,
    Desired: ({ spec }) => spec?.replicas ?? 0,
    Current: ({ status }) => status?.replicas ?? 0,
    Ready: ({ status }) => status?.readyReplicas ?? 0,
  },
  rules: {
    validate({ spec }) {
      const faults = new Faults();
      validateCounts(faults, 'spec', spec, ['replicas', 'minReadySeconds']);
      const selector = validateWorkloadSelector(faults, spec?.selector, { kind: 'deployment', required: true });
      validateLastingTemplate(faults, spec?.template, selector, 'ReplicaSet');
      return faults.list;
    },
    validateUpdate({ spec, status }, old, { subresource }) {
      const faults = new Faults();
      if (subresource === 'status') validateStatus(faults, status ?? { replicas: 0 });
      else faults.immutable('spec.selector', spec?.selector, old.spec?.selector);
      return faults.list;
    },
  },
});

function validateStatus(faults: Faults, status: ReplicaSetStatus & { readonly terminatingReplicas?: number }): void {
  const counts = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const;
  validateCounts(faults, 'status', status, ['replicas', ...counts, 'terminatingReplicas', 'observedGeneration']);
  validateNotAbove(faults, 'status', status, 'replicas', counts);
  validateNotAbove(faults, 'status', status, 'readyReplicas', ['availableReplicas'], 'cannot be greater than readyReplicas');
}
