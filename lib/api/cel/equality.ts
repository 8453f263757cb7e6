import type { Meter } from './meter.js';
import type { Value } from './values.js';
import { Duration, Fault, ListValue, MapValue, Opaque, Optional, Timestamp, TypeValue, Uint } from './values.js';

/** Steps that comparing two values takes. */
const COMPARISON = 10;

/** Whether two values are equal. Values of different types are not, but numbers are compared by value. Counts its work. */
export function equalValues(a: Value, b: Value, meter: Meter): boolean {
  meter.work(COMPARISON);
  if (a === b) return true; // NaN is not equal to itself
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined || right !== undefined) return compareValues(a, b) === 0;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (a instanceof ListValue) return b instanceof ListValue && equalLists(a, b, meter);
  if (a instanceof MapValue) return b instanceof MapValue && equalMaps(a, b, meter);
  return equalScalars(a, b, meter);
}

function equalScalars(a: object, b: object, meter: Meter): boolean {
  if (a instanceof Uint8Array) {
    meter.work(a.length / 8);
    return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  }
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Opaque) return b instanceof Opaque && a.typeName === b.typeName && a.equals(b);
  if (!(a instanceof Optional) || !(b instanceof Optional)) return false;
  if (a.value === undefined || b.value === undefined) return a.value === b.value;
  return equalValues(a.value, b.value, meter);
}

function equalLists(a: ListValue, b: ListValue, meter: Meter): boolean {
  if (a.size !== b.size) return false;
  const own = a.equals(b, meter) ?? b.equals(a, meter);
  if (own !== undefined) return own;
  for (let index = 0; index < a.size; index += 1) {
    const [one, other] = [a.at(index), b.at(index)];
    if (one instanceof Fault || other instanceof Fault || !equalValues(one, other, meter)) return false;
  }
  return true;
}

function equalMaps(a: MapValue, b: MapValue, meter: Meter): boolean {
  if (a.size !== b.size) return false;
  const own = a.equals(b, meter);
  if (own !== undefined) return own;
  return a.keys().every((key) => {
    const [one, other] = [a.get(key), b.get(key)];
    if (one === undefined || other === undefined || one instanceof Fault || other instanceof Fault) return false;
    return equalValues(one, other, meter);
  });
}

function numberOf(value: Value): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof Uint ? value.value : undefined;
}

/** Below, above or at zero; undefined when they have no order (NaN, or values of different types). */
export function compareValues(a: Value, b: Value): number | undefined {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined)
    return left < right ? -1 : left > right ? 1 : Number.isNaN(left) || Number.isNaN(right) ? undefined : 0;
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if (a instanceof Timestamp && b instanceof Timestamp) return order(a.nanos, b.nanos);
  if (a instanceof Duration && b instanceof Duration) return order(a.nanos, b.nanos);
  return undefined;
}

const order = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);

/** By code points, as Go compares: UTF-16 units would put U+FFFF behind U+10000. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (one === other) continue;
    return lifted(one) - lifted(other);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
const lifted = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
