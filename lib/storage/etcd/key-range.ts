import { isWellFormed } from '../memory/key-order.js';
import { StorageError } from '../storage-error.js';
import type { KeyRange } from './wire/kv.js';

/** For an end: there is none. For a key: the first one. */
const ZERO = Buffer.from([0]);

/** The keys that begin with `prefix`, or those of them after `after`. */
export function prefixRange(prefix: string, after?: string | Uint8Array): KeyRange {
  checkKey(prefix);
  const start = Buffer.from(prefix);
  const range = { key: start.length === 0 ? ZERO : start, end: endOf(start) };
  if (after === undefined) return range;
  if (typeof after === 'string') checkKey(after);
  const next = Buffer.concat([Buffer.from(after as Uint8Array), ZERO]);
  return Buffer.compare(next, start) > 0 ? { ...range, key: next } : range;
}

/** All keys. */
export const EVERYTHING: KeyRange = { key: ZERO, end: ZERO };

/** Throws `Unsupported` for a key that has no UTF-8 form of its own. */
export function checkKey(key: string): void {
  if (!isWellFormed(key)) throw new StorageError('Unsupported', 'a key must be well-formed Unicode', { key });
}

/** The first key after all that begin with these bytes. UTF-8 has no byte 255, so the last byte can be one more. */
function endOf(start: Buffer): Buffer {
  if (start.length === 0) return ZERO;
  const end = Buffer.from(start);
  end[end.length - 1]! += 1;
  return end;
}
