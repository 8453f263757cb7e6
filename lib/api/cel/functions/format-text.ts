import type { Meter } from '../meter.js';
import { durationText, timestampText } from '../time-text.js';
import type { Result, Value } from '../values.js';
import { Duration, Fault, ListValue, MapValue, Timestamp, typeNameOf, TypeValue, Uint } from '../values.js';
import { doubleText } from './double-text.js';

const CLAUSE = /%(?:%|(?:\.(\d+))?([a-zA-Z]))/g;
const MAX_PRECISION = 100;
const DEFAULT_PRECISION = 6;

/** `'%s has %d'.format([a, b])`. */
export function formatText(template: string, values: ListValue, meter: Meter): Result {
  let text = '';
  let at = 0;
  let next = 0;
  const add = (part: string) => {
    meter.work(part.length);
    text += part;
  };
  for (const found of template.matchAll(CLAUSE)) {
    const [clause, precision, verb] = found;
    const between = template.slice(at, found.index);
    if (between.includes('%')) return new Fault('could not parse formatting clause: unrecognized formatting clause');
    add(between);
    at = found.index + clause.length;
    if (verb === undefined) {
      add('%');
      continue;
    }
    if (next >= values.size) return new Fault(`index ${next} out of range`);
    const value = values.at(next);
    next += 1;
    if (value instanceof Fault) return value;
    const part = formatted(verb, precision === undefined ? undefined : Number(precision), value, meter);
    if (part instanceof Fault) return part;
    add(part);
  }
  const rest = template.slice(at);
  if (rest.includes('%')) return new Fault('could not parse formatting clause: unexpected end of string');
  add(rest);
  return text;
}

function formatted(verb: string, precision: number | undefined, value: Value, meter: Meter): string | Fault {
  if ((precision ?? 0) > MAX_PRECISION) return new Fault(`precision ${precision} exceeds maximum of ${MAX_PRECISION}`);
  switch (verb) {
    case 's':
      return plainText(value, meter);
    case 'd':
      return wholeOrDouble(value);
    case 'f':
      return typeof value === 'number' ? fixed(value, precision ?? DEFAULT_PRECISION) : wrongType('fixed-point', value);
    case 'e':
      return typeof value === 'number' ? scientific(value, precision ?? DEFAULT_PRECISION) : wrongType('scientific', value);
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : radix(value, 2, 'binary');
    case 'o':
      return radix(value, 8, 'octal');
    case 'x':
    case 'X': {
      const text = hex(value);
      return text instanceof Fault || verb === 'x' ? text : text.toUpperCase();
    }
    default:
      return new Fault(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
}

const wrongType = (form: string, value: Value) =>
  new Fault(`error during formatting: ${form} clause cannot be used on ${typeNameOf(value)}`);

function wholeOf(value: Value): bigint | undefined {
  return typeof value === 'bigint' ? value : value instanceof Uint ? value.value : undefined;
}

function wholeOrDouble(value: Value): string | Fault {
  const whole = wholeOf(value);
  if (whole !== undefined) return String(whole);
  return typeof value === 'number' ? (doubleWord(value) ?? wrongType('decimal', value)) : wrongType('decimal', value);
}

/** The doubles that are no numbers have names. */
function doubleWord(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? undefined : value > 0 ? 'Infinity' : '-Infinity';
}

const fixed = (value: number, digits: number) => doubleWord(value) ?? value.toFixed(digits);

function scientific(value: number, digits: number): string {
  const word = doubleWord(value);
  if (word !== undefined) return word;
  const [mantissa = '', exponent = ''] = value.toExponential(digits).split('e');
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

function radix(value: Value, base: number, form: string): string | Fault {
  const whole = wholeOf(value);
  return whole === undefined ? wrongType(form, value) : whole.toString(base);
}

function hex(value: Value): string | Fault {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : radix(value, 16, 'hexadecimal');
}

/** Any value as text, as `%s` shows it. */
function plainText(value: Value, meter: Meter): string | Fault {
  if (typeof value === 'string') return value;
  if (value === null || typeof value === 'boolean') return String(value);
  const whole = wholeOf(value);
  if (whole !== undefined) return String(whole);
  if (typeof value === 'number') return doubleWord(value) ?? doubleText(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value instanceof Timestamp) return timestampText(value.nanos);
  if (value instanceof Duration) return durationText(value.nanos);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof ListValue) return listText(value, meter);
  return value instanceof MapValue ? mapText(value, meter) : wrongType('string', value);
}

function listText(list: ListValue, meter: Meter): string | Fault {
  const parts: string[] = [];
  for (let index = 0; index < list.size; index += 1) {
    const item = list.at(index);
    const part = item instanceof Fault ? item : plainText(item, meter);
    if (part instanceof Fault) return part;
    meter.work(part.length);
    parts.push(part);
  }
  return `[${parts.join(', ')}]`;
}

function mapText(map: MapValue, meter: Meter): string | Fault {
  const parts: string[] = [];
  for (const key of map.keys()) {
    const value = map.get(key)!;
    const shown = value instanceof Fault ? value : plainText(value, meter);
    const name = plainText(key, meter);
    if (shown instanceof Fault) return shown;
    if (name instanceof Fault) return name;
    meter.work(shown.length);
    parts.push(`${name}: ${shown}`);
  }
  return `{${parts.sort().join(', ')}}`;
}
