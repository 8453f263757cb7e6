import type { Toleration } from 'kubernetes-types/core/v1.js';
import type { Faults } from '../../validation/faults.js';
import { labelValue, qualifiedName } from '../../validation/names.js';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Taints that a pod puts up with. A bad value is reported on the operator, as in the real server. */
export function validateTolerations(faults: Faults, path: string, tolerations: readonly Toleration[]): void {
  tolerations.forEach((toleration, index) => validateToleration(faults, `${path}[${index}]`, toleration));
}

function validateToleration(faults: Faults, path: string, { key, operator, value, effect, tolerationSeconds }: Toleration): void {
  if (key) faults.syntax(`${path}.key`, key, qualifiedName);
  else if (operator !== 'Exists')
    faults.invalid(
      `${path}.operator`,
      operator ?? '',
      'operator must be Exists when `key` is empty, which means "match all values and all keys"',
    );
  if (tolerationSeconds !== undefined && effect !== 'NoExecute')
    faults.invalid(`${path}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set");
  if (operator === undefined || operator === 'Equal') {
    for (const detail of labelValue(value ?? '')) faults.invalid(`${path}.operator`, value, detail);
  } else if (operator === 'Exists') {
    if (value) faults.invalid(`${path}.operator`, { key, operator, value }, "value must be empty when `operator` is 'Exists'");
  } else faults.oneOf(`${path}.operator`, operator, ['Equal', 'Exists']);
  faults.oneOf(`${path}.effect`, effect, EFFECTS);
}
