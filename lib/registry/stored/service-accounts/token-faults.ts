import type { FieldError } from '../../../api/field-error.js';
import { Faults } from '../../../api/validation/faults.js';

const SHORTEST = 600;
const LONGEST = 2 ** 32;

/** What is wrong with the seconds that a token is asked to last. */
export function expirationFaults(seconds: number): readonly FieldError[] {
  const faults = new Faults();
  if (seconds < SHORTEST) faults.invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes');
  if (seconds > LONGEST) faults.invalid('spec.expirationSeconds', seconds, 'may not specify a duration larger than 2^32 seconds');
  return faults.list;
}
