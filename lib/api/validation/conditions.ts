import type { Condition } from 'kubernetes-types/meta/v1.js';
import type { Faults } from './faults.js';
import { qualifiedName } from './names.js';

const REASON = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;
const REASON_WORDS =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')";
const MAX_REASON = 1024;
const MAX_MESSAGE = 32_768;

/** Conditions of the common form: one a type, each with a status, a reason and the time of its last change. */
export function validateConditions(faults: Faults, path: string, conditions: readonly Condition[]): void {
  const seen = new Set<string>();
  conditions.forEach((condition, index) => {
    const at = `${path}[${index}]`;
    validateCondition(faults, at, condition);
    if (seen.has(condition.type)) faults.duplicate(`${at}.type`, condition.type);
    seen.add(condition.type);
  });
}

function validateCondition(faults: Faults, path: string, condition: Condition): void {
  const { type, status, observedGeneration = 0, lastTransitionTime, reason, message = '' } = condition;
  faults.requiredSyntax(`${path}.type`, type, qualifiedName);
  faults.requiredOneOf(`${path}.status`, status, ['False', 'True', 'Unknown']);
  faults.nonNegative(`${path}.observedGeneration`, observedGeneration);
  faults.required(`${path}.lastTransitionTime`, lastTransitionTime, 'must be set');
  if (faults.required(`${path}.reason`, reason)) {
    if (!REASON.test(reason)) faults.invalid(`${path}.reason`, reason, REASON_WORDS);
    if (reason.length > MAX_REASON) faults.tooLong(`${path}.reason`, MAX_REASON);
  }
  if (message.length > MAX_MESSAGE) faults.tooLong(`${path}.message`, MAX_MESSAGE);
}
