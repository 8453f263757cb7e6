import type { ControllerRevision } from 'kubernetes-types/apps/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults } from '../validation/faults.js';

/** A state that a workload had, to go back to. */
export const controllerRevisions = defineBuiltIn<ControllerRevision>('apps/v1/controllerrevisions', {
  cells: { Revision: ({ revision }) => revision },
  rules: {
    validate({ data, revision }) {
      const faults = new Faults();
      faults.required('data', data, 'data is mandatory');
      faults.nonNegative('revision', revision);
      return faults.list;
    },
    validateUpdate({ data }, old) {
      const faults = new Faults();
      faults.immutable('data', data, old.data);
      return faults.list;
    },
  },
});
