import type { PriorityClass } from 'kubernetes-types/scheduling/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults } from '../validation/faults.js';

const SYSTEM_PREFIX = 'system-';
const HIGHEST_OF_USERS = 1_000_000_000;

/** The classes that Kubernetes itself makes, which no other may look like. */
export const SYSTEM_PRIORITY_CLASSES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

/** How important pods are, by name. */
export const priorityClasses = defineBuiltIn<PriorityClass>('scheduling.k8s.io/v1/priorityclasses', {
  cells: {
    Value: ({ value }) => value,
    'Global-Default': ({ globalDefault }) => globalDefault ?? false,
    PreemptionPolicy: ({ preemptionPolicy }) => preemptionPolicy ?? '',
  },
  rules: {
    validate({ metadata, value, globalDefault, preemptionPolicy }) {
      const faults = new Faults();
      const name = metadata?.name ?? '';
      if (name.startsWith(SYSTEM_PREFIX)) validateSystemClass(faults, name, value, globalDefault ?? false);
      else if (value > HIGHEST_OF_USERS)
        faults.forbidden('value', `maximum allowed value of a user defined priority is ${HIGHEST_OF_USERS}`);
      faults.oneOf('preemptionPolicy', preemptionPolicy, ['Never', 'PreemptLowerPriority']);
      return faults.list;
    },
    validateUpdate(object, old) {
      const faults = new Faults();
      if (object.value !== old.value) faults.forbidden('value', 'may not be changed in an update.');
      faults.immutable('preemptionPolicy', object.preemptionPolicy, old.preemptionPolicy);
      return faults.list;
    },
  },
});

function validateSystemClass(faults: Faults, name: string, value: number, globalDefault: boolean): void {
  const known = Object.hasOwn(SYSTEM_PRIORITY_CLASSES, name) ? SYSTEM_PRIORITY_CLASSES[name] : undefined;
  const error =
    known === undefined
      ? `${name} is not a known system priority class`
      : known !== value
        ? `value of ${name} PriorityClass must be ${known}`
        : globalDefault
          ? `globalDefault of ${name} PriorityClass must be false`
          : undefined;
  if (error)
    faults.forbidden(
      'metadata.name',
      `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${error}`,
    );
}
