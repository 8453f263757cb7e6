import { StatusError } from '../status-error.js';

/**
 * How many values (members of maps and items of lists) a body may hold. Three megabytes of nothing but brackets would take seconds to
 * check. The largest CustomResourceDefinitions that people write have about 30,000.
 */
export const MAX_BODY_VALUES = 100_000;

/** How many an object may have, besides its `managedFields`, which may have as many again. */
export const MAX_OBJECT_VALUES = 50_000;

/** A 413. */
export function tooManyValues(limit: number): StatusError {
  return new StatusError('RequestEntityTooLarge', `Request entity too large: more than ${limit} values`);
}

/** Throws 413 when an object has more values than {@link MAX_OBJECT_VALUES}, its `managedFields` aside. */
export function checkValueCount(object: object): void {
  const managed = (object as { readonly metadata?: { readonly managedFields?: unknown } | null }).metadata?.managedFields;
  let left = MAX_OBJECT_VALUES;
  const open: object[] = [object];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === managed) continue;
    const children: readonly unknown[] = Array.isArray(next) ? next : Object.values(next);
    if ((left -= children.length) < 0) throw tooManyValues(MAX_OBJECT_VALUES);
    for (const child of children) if (typeof child === 'object' && child !== null) open.push(child);
  }
}
