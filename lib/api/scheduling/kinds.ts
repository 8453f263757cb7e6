import type { PriorityClass } from 'kubernetes-types/scheduling/v1.js';
import { structuralKind } from '../structural-kind.js';
import { Faults } from '../validation/faults.js';

export const priorityClasses = structuralKind<PriorityClass>('scheduling.k8s.io/v1/priorityclasses', {
  cells: {
    Value: ({ value }) => value,
    'Global-Default': ({ globalDefault }) => globalDefault ?? false,
    PreemptionPolicy: ({ preemptionPolicy }) => preemptionPolicy ?? '',
  },
  rules: {
    validateUpdate(object, old) {
      const faults = new Faults();
      if (object.value !== old.value) faults.forbidden('value', 'may not be changed in an update.');
      faults.immutable('preemptionPolicy', object.preemptionPolicy, old.preemptionPolicy);
      return faults.list;
    },
  },
});
