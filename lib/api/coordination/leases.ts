import type { Lease } from 'kubernetes-types/coordination/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults } from '../validation/faults.js';

export const leases = defineBuiltIn<Lease>('coordination.k8s.io/v1/leases', {
  cells: { Holder: ({ spec }) => spec?.holderIdentity ?? '' },
  rules: {
    validate({ spec }) {
      const faults = new Faults();
      const { leaseDurationSeconds, leaseTransitions } = spec ?? {};
      if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0)
        faults.invalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0');
      faults.nonNegative('spec.leaseTransitions', leaseTransitions);
      return faults.list;
    },
  },
});
