import { durationText, timestampText } from '../../../lib/api/cel/time-text.js';
import type { Result } from '../../../lib/api/cel/values.js';
import { Duration, Fault, ListValue, MapValue, Optional, Timestamp, TypeValue, Uint } from '../../../lib/api/cel/values.js';

/** A value in plain form, to be compared. */
export function plain(value: Result): unknown {
  if (value instanceof Fault) return { fault: value.message };
  if (value instanceof Uint) return { uint: value.value };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') };
  if (value instanceof Timestamp) return { timestamp: timestampText(value.nanos) };
  if (value instanceof Duration) return { duration: durationText(value.nanos) };
  if (value instanceof TypeValue) return { type: value.name };
  if (value instanceof Optional) return { optional: value.value === undefined ? undefined : plain(value.value) };
  if (value instanceof ListValue) return Array.from({ length: value.size }, (_, index) => plain(value.at(index)));
  if (value instanceof MapValue)
    return { map: Object.fromEntries(value.keys().map((key) => [String(plain(key)), plain(value.get(key)!)])) };
  return value;
}
