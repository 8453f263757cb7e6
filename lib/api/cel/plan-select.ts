import type { Step } from './frame.js';
import type { Result, Value } from './values.js';
import { Fault, keyText, ListValue, MapValue, Optional, Uint } from './values.js';

/** `operand.field`; with `test`, whether it is there. */
export function planSelect(operand: Step, field: string, test: boolean): Step {
  if (test)
    return (frame) => {
      const value = operand(frame);
      return value instanceof Fault ? value : hasField(value, field);
    };
  return (frame) => {
    const value = operand(frame);
    if (value instanceof Fault) return value;
    frame.meter.charge(1);
    if (value instanceof MapValue) {
      const found = value.get(field);
      return found === undefined ? new Fault(`no such key: ${field}`) : found;
    }
    return value instanceof Optional ? optionalMember(value.value, field) : new Fault('no such overload');
  };
}

function hasField(value: Value, field: string): Result {
  const holder = value instanceof Optional ? value.value : value;
  if (holder === undefined) return false;
  return holder instanceof MapValue ? holder.get(field) !== undefined : new Fault('no such overload');
}

/** A member of what may not be there, as an optional value. */
export function optionalMember(holder: Value | undefined, key: Value): Result {
  if (holder === undefined) return Optional.none;
  const found = member(holder, key);
  if (found === undefined) return Optional.none;
  return found instanceof Fault ? found : Optional.of(found);
}

/** Undefined: it is not there. */
function member(holder: Value, key: Value): Result | undefined {
  if (holder instanceof MapValue) return holder.get(key);
  if (!(holder instanceof ListValue)) return new Fault('no such overload');
  const index = indexOf(key);
  if (index === undefined) return new Fault(`unsupported index type: ${keyText(key)?.slice(1) ?? ''}`);
  return index >= 0 && index < holder.size ? holder.at(index) : undefined;
}

/** `holder[key]`. */
export function indexed(holder: Value, key: Value): Result {
  if (holder instanceof Optional) return optionalMember(holder.value, key);
  const found = member(holder, key);
  if (found !== undefined) return found;
  const text = keyText(key)?.slice(1) ?? '';
  return new Fault(holder instanceof ListValue ? `index out of bounds: ${text}` : `no such key: ${text}`);
}

function indexOf(key: Value): number | undefined {
  if (typeof key === 'bigint') return Number(key);
  if (key instanceof Uint) return Number(key.value);
  return typeof key === 'number' && Number.isInteger(key) ? key : undefined;
}
