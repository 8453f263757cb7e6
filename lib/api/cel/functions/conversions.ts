import type { Overload } from '../overload.js';
import { traversal } from '../overload.js';
import { overload } from '../signature.js';
import { MAX_INT, MIN_INT } from '../number-literal.js';
import { durationText, parseDurationText, parseTimestampText, SECOND, split, timestampText } from '../time-text.js';
import type { Result, Value, Uint } from '../values.js';
import { Duration, Fault, Timestamp, typeNameOf, TypeValue } from '../values.js';
import { doubleText } from './double-text.js';
import { int, moment, uint } from './operators.js';

const TRUE = ['1', 't', 'T', 'true', 'TRUE', 'True'];
const FALSE = ['0', 'f', 'F', 'false', 'FALSE', 'False'];
const same = ([value]: readonly Value[]): Result => value!;
/** No 64 bits hold more; making long numbers takes long. */
const MOST_DIGITS = 20;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function ofDouble(value: number, wrap: (whole: bigint) => Result, words: string): Result {
  return Number.isFinite(value) ? wrap(BigInt(Math.trunc(value))) : new Fault(words);
}

function parsed(text: string, signed: boolean): Result {
  if (!(signed ? /^[+-]?\d+$/ : /^\d+$/).test(text))
    return new Fault(`strconv.Parse${signed ? 'Int' : 'Uint'}: parsing ${JSON.stringify(text)}: invalid syntax`);
  const digits = text.replace(/^[+-]?0*/, '').length;
  const value = digits > MOST_DIGITS ? undefined : (signed ? int : uint)(BigInt(text.replace(/^\+/, '')));
  return value === undefined || value instanceof Fault
    ? new Fault(`strconv.Parse${signed ? 'Int' : 'Uint'}: parsing ${JSON.stringify(text)}: value out of range`)
    : value;
}

function doubleOf(text: string): Result {
  if (/^[+-]?(?:inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return Number(text);
  return new Fault(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function textOf(bytes: Uint8Array): Result {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return new Fault('invalid UTF-8 in bytes, cannot convert to string');
    throw error;
  }
}

function boolOf(text: string): Result {
  if (TRUE.includes(text)) return true;
  return FALSE.includes(text) ? false : new Fault(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function timestampOf(text: string): Result {
  const nanos = parseTimestampText(text);
  return nanos === undefined ? new Fault(`parsing time ${JSON.stringify(text)}: cannot parse as RFC 3339`) : new Timestamp(nanos);
}

function durationOf(text: string): Result {
  const nanos = parseDurationText(text);
  return nanos === undefined ? new Fault(`time: invalid duration ${JSON.stringify(text)}`) : new Duration(nanos);
}

export const conversions: readonly Overload[] = [
  overload('dyn(A): dyn', same),
  overload('type(A): type(A)', ([value]) => new TypeValue(typeNameOf(value!))),
  overload('int(int): int', same),
  overload('int(uint): int', ([value]) => int((value as Uint).value)),
  overload('int(double): int', ([value]) =>
    // The largest doubles below 2^63 are whole; 2^63 itself is out of range.
    ofDouble(
      value as number,
      (whole) => (whole <= MIN_INT || whole >= MAX_INT ? new Fault('integer overflow') : whole),
      'integer overflow',
    ),
  ),
  overload('int(string): int', ([value]) => parsed(value as string, true)),
  overload('int(timestamp): int', ([value]) => split((value as Timestamp).nanos)[0]),
  overload('int(duration): int', ([value]) => (value as Duration).nanos),
  overload('uint(uint): uint', same),
  overload('uint(int): uint', ([value]) => uint(value as bigint)),
  overload('uint(double): uint', ([value]) => ofDouble(value as number, uint, 'unsigned integer overflow')),
  overload('uint(string): uint', ([value]) => parsed(value as string, false)),
  overload('double(double): double', same),
  overload('double(int): double', ([value]) => Number(value)),
  overload('double(uint): double', ([value]) => Number((value as Uint).value)),
  overload('double(string): double', ([value]) => doubleOf(value as string)),
  overload('string(string): string', same),
  overload('string(bool): string', ([value]) => (value as boolean).toString()),
  overload('string(int): string', ([value]) => (value as bigint).toString()),
  overload('string(uint): string', ([value]) => String((value as Uint).value)),
  overload('string(double): string', ([value]) => doubleText(value as number)),
  overload('string(bytes): string', ([value]) => textOf(value as Uint8Array), {
    cost: ([size = 0]) => traversal(size),
    resultSize: ([size]) => ({ min: Math.floor(size!.min / 4), max: size!.max }),
  }),
  overload('string(timestamp): string', ([value]) => timestampText((value as Timestamp).nanos)),
  overload('string(duration): string', ([value]) => durationText((value as Duration).nanos)),
  overload('bytes(bytes): bytes', same),
  overload('bytes(string): bytes', ([value]) => Buffer.from(value as string), {
    cost: ([size = 0]) => traversal(size),
    resultSize: ([size]) => ({ min: size!.min, max: size!.max * 4 }),
  }),
  overload('bool(bool): bool', same),
  overload('bool(string): bool', ([value]) => boolOf(value as string)),
  overload('timestamp(timestamp): timestamp', same),
  overload('timestamp(int): timestamp', ([value]) => moment((value as bigint) * SECOND)),
  overload('timestamp(string): timestamp', ([value]) => timestampOf(value as string)),
  overload('duration(duration): duration', same),
  overload('duration(int): duration', ([value]) => new Duration(value as bigint)),
  overload('duration(string): duration', ([value]) => durationOf(value as string)),
];
