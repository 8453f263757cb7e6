import type { Faults } from './faults.js';

/** A number of pods, or a share of them such as `25%`. */
export type IntOrPercent = number | string;

const PERCENT = /^[0-9]+%$/;
const PERCENT_WORDS =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/** A number that is not negative, or a percentage. */
export function validateIntOrPercent(faults: Faults, path: string, value: IntOrPercent | undefined | null): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'number') return faults.nonNegative(path, value);
  return PERCENT.test(value) || faults.invalid(path, value, PERCENT_WORDS);
}

/** A percentage of at most 100. Anything else passes: {@link validateIntOrPercent} has its say on it. */
export function validateAtMostAll(faults: Faults, path: string, value: IntOrPercent | undefined | null): boolean {
  if (typeof value !== 'string' || !PERCENT.test(value) || Number(value.slice(0, -1)) <= 100) return true;
  return faults.invalid(path, value, 'must not be greater than 100%');
}

/** Whether it is 0, `0%`, absent, or no number at all. */
export function isNone(value: IntOrPercent | undefined | null): boolean {
  const number = typeof value === 'string' ? Number.parseInt(value, 10) : value;
  return !number;
}
