import type { Faults } from './faults.js';

/** Numbers that may not be negative. `path` is where their object stands. */
export function validateCounts<T extends object>(
  faults: Faults,
  path: string,
  object: T | undefined | null,
  fields: readonly (keyof T & string)[],
): void {
  for (const field of fields) faults.nonNegative(`${path}.${field}`, object?.[field] as number | undefined);
}

/** Numbers of which none may exceed another one of the same object. */
export function validateNotAbove<T extends object>(
  faults: Faults,
  path: string,
  object: T,
  limit: keyof T & string,
  fields: readonly (keyof T & string)[],
  words = `cannot be greater than ${path}.${limit}`,
): void {
  const most = (object[limit] as number | undefined) ?? 0;
  for (const field of fields) {
    const value = object[field] as number | undefined;
    if ((value ?? 0) > most) faults.invalid(`${path}.${field}`, value, words);
  }
}

/** A counter that only grows. */
export function validateNotDecremented(faults: Faults, path: string, value: number | undefined, old: number | undefined): void {
  if (old !== undefined && (value ?? -1) < old) faults.invalid(path, value ?? 0, 'cannot be decremented');
}
