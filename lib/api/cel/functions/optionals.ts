import type { Overload } from '../overload.js';
import { overload } from '../signature.js';
import type { Value } from '../values.js';
import { Duration, Fault, ListValue, MapValue, Optional, Timestamp, Uint } from '../values.js';

function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0n || value === 0 || value === '') return true;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Duration || value instanceof Timestamp) return value.nanos === 0n;
  if (value instanceof Uint8Array) return value.length === 0;
  return (value instanceof ListValue || value instanceof MapValue) && value.size === 0;
}

/** Values that may be missing. */
export const optionals: readonly Overload[] = [
  overload('optional.of(A): optional(A)', ([value]) => Optional.of(value!)),
  overload('optional.ofNonZeroValue(A): optional(A)', ([value]) => (isZero(value!) ? Optional.none : Optional.of(value!))),
  overload('optional.none(): optional(A)', () => Optional.none),
  overload('<optional(A)>.hasValue(): bool', ([value]) => (value as Optional).value !== undefined),
  overload('<optional(A)>.value(): A', ([value]) => (value as Optional).value ?? missing(value as Optional)),
  overload('<optional(A)>.or(optional(A)): optional(A)', ([value, other]) => ((value as Optional).value === undefined ? other! : value!)),
  overload('<optional(A)>.orValue(A): A', ([value, other]) =>
    (value as Optional).value === undefined ? other! : (value as Optional).value!,
  ),
];

/** `null` is a value; none is none. */
function missing({ value }: Optional) {
  return value === null ? null : new Fault('optional.none() dereference');
}
