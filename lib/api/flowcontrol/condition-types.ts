import type { Faults } from '../validation/faults.js';

/** Conditions have a type, each once. */
export function validateConditionTypes(faults: Faults, path: string, conditions: readonly { readonly type?: string }[]): void {
  conditions.forEach(({ type = '' }, index) => {
    const at = `${path}[${index}].type`;
    if (conditions.findIndex((one) => (one.type ?? '') === type) < index) faults.duplicate(at, type);
    faults.required(at, type, 'must not be empty');
  });
}
