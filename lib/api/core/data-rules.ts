import type { Faults } from '../validation/faults.js';
import { sameJson } from '../validation/faults.js';
import { configMapKey } from '../validation/names.js';

/** The keys of ConfigMap and Secret data. */
export function validateData(faults: Faults, path: string, data: Readonly<Record<string, string>> | undefined): void {
  for (const key in data) for (const detail of configMapKey(key)) faults.invalid(`${path}[${key}]`, key, detail);
}

/** Once `immutable` is true, it and the data stay as they are. */
export function validateImmutableData<T extends { readonly immutable?: boolean }>(
  faults: Faults,
  object: T,
  old: T,
  fields: readonly (keyof T & string)[],
): void {
  if (!old.immutable) return;
  if (!object.immutable) faults.forbidden('immutable', 'field is immutable when `immutable` is set');
  for (const field of fields)
    if (!sameJson(object[field], old[field])) faults.forbidden(field, 'field is immutable when `immutable` is set');
}
