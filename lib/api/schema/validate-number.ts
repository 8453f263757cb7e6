import type { Faults } from '../validation/faults.js';
import type { Schema } from './schema.js';
import { NOWHERE } from './validate-combinations.js';

/** The limits of a number. An integer of 64 bits is compared as such, whatever the limits are written as. */
export function validateNumber(faults: Faults, path: string, schema: Schema, value: number | bigint): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const refuse = (words: string) => faults.invalid(path, value, `${path} in body should be ${words}`);
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum))
    refuse(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum))
    refuse(`less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) refuse(`a multiple of ${multipleOf}`);
}

function isMultiple(value: number | bigint, factor: number | bigint): boolean {
  if (typeof value === 'bigint' && (typeof factor === 'bigint' || Number.isInteger(factor)))
    return Number(factor) !== 0 && value % BigInt(factor) === 0n; // of 0 nothing is a multiple, as in Kubernetes
  const times = Number(value) / Number(factor);
  return Math.abs(times - Math.round(times)) <= Number.EPSILON;
}

const RANGES: Readonly<Record<string, readonly [from: bigint, to: bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n],
  uint32: [0n, 2n ** 32n],
  uint64: [0n, 2n ** 64n],
};
const INT64 = [-(2n ** 63n), 2n ** 63n] as const;
const LARGEST_FLOAT32 = 3.4028235677973366e38;

/** Whether a number can be stored as what type and format say, in the words of Kubernetes, which names no field here. */
export function validateRange(faults: Faults, path: string, { type, format = '' }: Schema, value: number | bigint): void {
  const fits = type === 'integer' ? isInteger(value, format) : type !== 'number' || isFloat(value, format);
  if (fits) return;
  const form = format === '' ? '(default format)' : `with format ${format}`;
  faults.invalid(NOWHERE, '', `Checked value must be of type ${type} ${form} in ${path}`);
}

function isInteger(value: number | bigint, format: string): boolean {
  if (typeof value === 'number' && !Number.isInteger(value)) return false;
  const [from, to] = Object.hasOwn(RANGES, format) ? RANGES[format]! : INT64;
  return value >= from && value < to;
}

const isFloat = (value: number | bigint, format: string) =>
  (format !== 'float' && format !== 'float32') || Math.abs(Number(value)) < LARGEST_FLOAT32;
