import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from 'kubernetes-types/policy/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { validateCounts } from '../validation/counts.js';
import { Faults } from '../validation/faults.js';
import { validateAtMostAll, validateIntOrPercent } from '../validation/int-or-percent.js';
import { validateLabelSelector } from '../validation/label-selector.js';
import { validateConditions } from '../validation/conditions.js';

/** How many of a set of pods may be away at a time. */
export const podDisruptionBudgets = defineBuiltIn<PodDisruptionBudget>('policy/v1/poddisruptionbudgets', {
  cells: {
    'Min Available': ({ spec }) => String(spec?.minAvailable ?? 'N/A'),
    'Max Unavailable': ({ spec }) => String(spec?.maxUnavailable ?? 'N/A'),
    'Allowed Disruptions': ({ status }) => status?.disruptionsAllowed ?? 0,
  },
  rules: {
    validate({ spec = {} }) {
      const faults = new Faults();
      if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined)
        faults.invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set');
      for (const limit of ['minAvailable', 'maxUnavailable'] as const) {
        validateIntOrPercent(faults, `spec.${limit}`, spec[limit]);
        validateAtMostAll(faults, `spec.${limit}`, spec[limit]);
      }
      validateLabelSelector(faults, 'spec.selector', spec.selector);
      faults.oneOf('spec.unhealthyPodEvictionPolicy', spec.unhealthyPodEvictionPolicy, ['AlwaysAllow', 'IfHealthyBudget']);
      return faults.list;
    },
    validateUpdate({ status }, _old, { subresource }) {
      const faults = new Faults();
      if (subresource === 'status' && status) validateStatus(faults, status);
      return faults.list;
    },
  },
});

function validateStatus(faults: Faults, status: PodDisruptionBudgetStatus): void {
  validateConditions(faults, 'status.conditions', status.conditions ?? []);
  validateCounts(faults, 'status', status, ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods']);
}
