import type { ControllerRevision } from 'kubernetes-types/apps/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { controllerOf } from '../meta/owner-references.js';
import { Faults } from '../validation/faults.js';

/** A state that a workload had, to go back to. */
export const controllerRevisions = defineBuiltIn<ControllerRevision>('apps/v1/controllerrevisions', {
  cells: { Controller: controllerCell, Revision: ({ revision }) => revision },
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

// `statefulset.apps/web`: kind, group and name of who the state is of.
function controllerCell(object: ControllerRevision): string {
  const owner = controllerOf(object);
  if (!owner) return '<none>';
  const [group, version] = owner.apiVersion.split('/');
  return `${owner.kind}${version === undefined ? '' : `.${group}`}`.toLowerCase() + `/${owner.name}`;
}
