import type { FieldError } from '../field-error.js';
import { invalid } from '../field-error.js';
import { labelValue, qualifiedName } from '../validation/names.js';

/** How a requirement compares; `exists` and `!` look at the key alone. */
export type Operator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

/** One term of a label selector. */
export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  /** Sorted, without repeats. */
  readonly values: readonly string[];
}

/** Checks a key as selectors do. Throws SyntaxError. */
export function checkKey(key: string, path = '<nil>'): void {
  const wrong = qualifiedName(key);
  if (wrong.length > 0) fail(invalid(path, key, wrong.join('; ')));
}

/** A checked requirement. Throws SyntaxError in the words of Kubernetes. */
export function requirement(key: string, operator: Operator, values: readonly string[]): Requirement {
  checkKey(key, 'key');
  const given = [...new Set(values)].sort();
  const wrong = countFault(operator, given.length);
  if (wrong) fail(invalid('values', given, wrong));
  given.forEach((value, index) => {
    if ((operator === 'gt' || operator === 'lt') && integer(value) === undefined)
      fail(invalid(`values[${index}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"));
    const faults = labelValue(value);
    if (faults.length > 0) fail(invalid(`values[${index}][${key}]`, value, faults.join('; ')));
  });
  return { key, operator, values: given };
}

/** Whether labels fulfil a requirement. `!=` and `notin` hold when the key is absent. */
export function matchesRequirement({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>> | undefined): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'gt':
      return compares(value, values[0], (a, b) => a > b);
    case 'lt':
      return compares(value, values[0], (a, b) => a < b);
  }
}

/** The requirement as it stands in a query. */
export function requirementText({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
    case 'gt':
      return `${key}>${values[0]}`;
    case 'lt':
      return `${key}<${values[0]}`;
    case '=':
    case '==':
    case '!=':
      return `${key}${operator}${values[0]}`;
  }
}

function countFault(operator: Operator, count: number): string | undefined {
  switch (operator) {
    case 'in':
    case 'notin':
      return count === 0 ? "for 'in', 'notin' operators, values set can't be empty" : undefined;
    case '=':
    case '==':
    case '!=':
      return count === 1 ? undefined : 'exact-match compatibility requires one single value';
    case 'exists':
    case '!':
      return count === 0 ? undefined : 'values set must be empty for exists and does not exist';
    case 'gt':
    case 'lt':
      return count === 1 ? undefined : "for 'Gt', 'Lt' operators, exactly one value is required";
  }
}

function compares(value: string | undefined, other: string | undefined, holds: (a: bigint, b: bigint) => boolean): boolean {
  const a = integer(value);
  const b = integer(other);
  return a !== undefined && b !== undefined && holds(a, b);
}

function integer(text: string | undefined): bigint | undefined {
  return text !== undefined && /^[+-]?[0-9]{1,20}$/.test(text) ? BigInt(text.replace('+', '')) : undefined;
}

function fail(error: FieldError): never {
  throw new SyntaxError(`${error.field}: ${error.message}`);
}
