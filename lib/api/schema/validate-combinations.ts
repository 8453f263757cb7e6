import type { FieldError } from '../field-error.js';
import type { Faults } from '../validation/faults.js';
import type { Schema } from './schema.js';

/** The field that stands in faults of a combination, as in the real server. */
export const NOWHERE = '<nil>';

/** `allOf`, `anyOf`, `oneOf` and `not`; `check` tells what a schema has against the value at `path`. */
export function validateCombinations(faults: Faults, path: string, schema: Schema, check: (schema: Schema) => readonly FieldError[]): void {
  const { allOf, anyOf, oneOf, not } = schema;
  if (!allOf && !anyOf && !oneOf && !not) return;
  const refuse = (words: string) => faults.invalid(NOWHERE, '', `"${path}" ${words}`);
  if (allOf) {
    const failed = allOf.map(check).filter((list) => list.length > 0);
    for (const list of failed) for (const fault of list) faults.add(fault);
    if (failed.length > 0) refuse('must validate all the schemas (allOf)');
  }
  if (anyOf) validateSome(faults, anyOf.map(check), () => refuse('must validate at least one schema (anyOf)'));
  if (oneOf) {
    const results = oneOf.map(check);
    const fitting = results.filter((list) => list.length === 0).length;
    if (fitting > 1) refuse(`must validate one and only one schema (oneOf). Found ${fitting} valid alternatives`);
    else validateSome(faults, results, () => refuse('must validate one and only one schema (oneOf). Found none valid'));
  }
  if (not && check(not).length === 0) refuse('must not validate the schema (not)');
}

/** When nothing fits, the faults of the best fit are told. */
function validateSome(faults: Faults, results: readonly (readonly FieldError[])[], refuse: () => void): void {
  if (results.some((list) => list.length === 0)) return;
  refuse();
  const best = results.reduce((least, list) => (list.length < least.length ? list : least));
  for (const fault of best) faults.add(fault);
}
