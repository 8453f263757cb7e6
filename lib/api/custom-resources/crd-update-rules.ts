import type { CustomResourceDefinition } from 'kubernetes-types/apiextensions/v1.js';
import type { FieldError } from '../field-error.js';
import { conditionOf } from '../meta/conditions.js';
import { Faults } from '../validation/faults.js';

/** What may not change: group and names in the name of the definition ever, scope and kind once it is established. */
export function updateFaults({ spec }: CustomResourceDefinition, { spec: old, status }: CustomResourceDefinition): readonly FieldError[] {
  const faults = new Faults();
  if (conditionOf(status?.conditions, 'Established')?.status === 'True') {
    faults.immutable('spec.scope', spec.scope, old.scope);
    faults.immutable('spec.names.kind', spec.names.kind, old.names.kind);
  }
  faults.immutable('spec.group', spec.group, old.group);
  faults.immutable('spec.names.plural', spec.names.plural, old.names.plural);
  return faults.list;
}
