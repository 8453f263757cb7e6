import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec } from 'kubernetes-types/autoscaling/v2.js';
import { defineBuiltIn } from '../built-in.js';
import { validateCounts } from '../validation/counts.js';
import { Faults } from '../validation/faults.js';
import { targetsText } from './metric-cells.js';
import { validateMetrics } from './metrics.js';
import { validateReference } from './reference.js';
import { validateBehavior } from './scaling-rules.js';

/** Keeps the number of a workload's pods where its metrics are met. */
export const horizontalPodAutoscalers = defineBuiltIn<HorizontalPodAutoscaler>('autoscaling/v2/horizontalpodautoscalers', {
  cells: {
    Reference: ({ spec }) => `${spec?.scaleTargetRef.kind ?? ''}/${spec?.scaleTargetRef.name ?? ''}`,
    Targets: targetsText,
    MinPods: ({ spec }) => String(spec?.minReplicas ?? '<unset>'),
    MaxPods: ({ spec }) => spec?.maxReplicas ?? 0,
    Replicas: ({ status }) => status?.currentReplicas ?? 0,
  },
  rules: {
    validate: ({ spec }) => validateAutoscaler(spec),
    validateUpdate({ status }, _old, { subresource }) {
      const faults = new Faults();
      if (subresource === 'status') validateCounts(faults, 'status', status, ['currentReplicas', 'desiredReplicas']);
      return faults.list;
    },
  },
});

function validateAutoscaler(spec: HorizontalPodAutoscalerSpec | undefined): Faults['list'] {
  const faults = new Faults();
  const { minReplicas, maxReplicas = 0, scaleTargetRef, metrics, behavior } = spec ?? {};
  faults.atLeast('spec.minReplicas', minReplicas, 1);
  faults.required('spec.maxReplicas', maxReplicas || undefined);
  if (maxReplicas < 1) faults.invalid('spec.maxReplicas', maxReplicas, 'must be greater than 0');
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    faults.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`');
  // Only one kind that can be scaled has no group.
  const needsGroup = scaleTargetRef?.kind !== 'ReplicationController';
  validateReference(faults, 'spec.scaleTargetRef', scaleTargetRef, needsGroup);
  validateMetrics(faults, 'spec.metrics', metrics ?? []);
  validateBehavior(faults, 'spec.behavior', behavior);
  return faults.list;
}
