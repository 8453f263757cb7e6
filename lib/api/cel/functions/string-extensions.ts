import type { Cost, Overload } from '../overload.js';
import { traversal } from '../overload.js';
import type { OverloadOptions } from '../signature.js';
import { overload } from '../signature.js';
import type { Meter } from '../meter.js';
import type { Result, Value, ListValue } from '../values.js';
import { Fault, Items } from '../values.js';
import { codePointLength, sliceByCodePoints, toCodePoints, toUnits } from './code-points.js';
import { formatText } from './format-text.js';

/** Steps that a part of a text takes to be made. */
const PART = 30;
const SPACE = /^[\s\u0085]$/;
/** Building a text costs as much as reading it. */
const twice: Cost = ([text = 0]) => Math.ceil(text * 0.2);
const once: Cost = ([text = 0]) => traversal(text);
const kept: OverloadOptions = { cost: once, resultSize: ([text]) => ({ min: 0, max: text!.max }) };

function position(text: string, index: Value | undefined, meter: Meter): number | Fault {
  meter.work(text.length);
  const at = Number(index);
  return at < 0 || at > codePointLength(text) ? new Fault(`index out of range: ${at}`) : at;
}

function charAt([text, index]: readonly Value[], meter: Meter): Result {
  const at = position(text as string, index, meter);
  return at instanceof Fault ? at : sliceByCodePoints(text as string, at, at + 1);
}

/** A text is looked for at each place of another: the engine may compare it nearly whole at each. */
const looking = (text: Value | undefined, part: Value | undefined) => (text as string).length * (1 + (part as string).length / 8);

function find([text, part, from]: readonly Value[], meter: Meter): Result {
  const at = from === undefined ? 0 : position(text as string, from, meter);
  if (at instanceof Fault) return at;
  meter.work(looking(text, part));
  if (part === '') return BigInt(at);
  return BigInt(toCodePoints(text as string, (text as string).indexOf(part as string, toUnits(text as string, at))));
}

function findLast([text, part, from]: readonly Value[], meter: Meter): Result {
  const last = from === undefined ? codePointLength(text as string) : position(text as string, from, meter);
  if (last instanceof Fault) return last;
  meter.work(looking(text, part));
  if (part === '') return BigInt(last);
  return BigInt(toCodePoints(text as string, (text as string).lastIndexOf(part as string, toUnits(text as string, last))));
}

function substring([text, from, to]: readonly Value[], meter: Meter): Result {
  const start = position(text as string, from, meter);
  if (start instanceof Fault) return start;
  const end = to === undefined ? undefined : position(text as string, to, meter);
  if (end instanceof Fault) return end;
  if (end !== undefined && end < start) return new Fault(`invalid substring range. start: ${start}, end: ${end}`);
  return sliceByCodePoints(text as string, start, end);
}

function replace([text, part, by, most]: readonly Value[], meter: Meter): Result {
  const limit = most === undefined || (most as bigint) < 0n ? Number.POSITIVE_INFINITY : Number(most);
  meter.work(looking(text, part));
  const pieces = part === '' ? ['', ...(text as string), ''] : (text as string).split(part as string);
  const count = Math.min(limit, pieces.length - 1);
  // The result may be far longer than what it is made of: it is paid for before it is made.
  meter.work(count * ((by as string).length + PART));
  if (count === pieces.length - 1) return pieces.join(by as string);
  const rest = pieces.slice(count).join(part as string);
  return [...pieces.slice(0, count), rest].join(by as string);
}

function splitText([text, by, most]: readonly Value[], meter: Meter): Result {
  const limit = most === undefined ? -1 : Number(most);
  if (limit === 0) return new Items([]);
  meter.work(looking(text, by) + (by === '' ? (text as string).length * PART : 0));
  const pieces = by === '' ? [...(text as string)] : (text as string).split(by as string);
  meter.work(pieces.length * PART);
  if (limit < 0 || pieces.length <= limit) return new Items(pieces);
  return new Items([...pieces.slice(0, limit - 1), pieces.slice(limit - 1).join(by as string)]);
}

function join([list, separator = '']: readonly Value[], meter: Meter): Result {
  const parts: string[] = [];
  for (let index = 0; index < (list as ListValue).size; index += 1) {
    const part = (list as ListValue).at(index);
    if (typeof part !== 'string') return part instanceof Fault ? part : new Fault('no such overload');
    meter.charge((part.length + (separator as string).length) * 0.2);
    parts.push(part);
  }
  return parts.join(separator as string);
}

/** Space in the sense of Unicode, from both ends. A regular expression would take quadratic time within. */
function trim(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && SPACE.test(text[start]!)) start += 1;
  while (end > start && SPACE.test(text[end - 1]!)) end -= 1;
  return text.slice(start, end);
}

const ascii = (text: string, from: RegExp, change: (letters: string) => string) => text.replace(from, change);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ['"', '\\"'],
]);

/** A text in quotes, with escapes. */
const quote = (text: string) => `"${[...text].map((one) => ESCAPES.get(one) ?? one).join('')}"`;

const joinOptions: OverloadOptions = {
  cost: ([list = 0, separator = 0], [item = 0]) => traversal(list * item + separator * Math.max(0, list - 1)),
  resultSize: ([list, separator], [item]) => ({
    min: 0,
    max: list!.max * item!.max + (separator?.max ?? 0) * Math.max(0, list!.max - 1),
  }),
};
const replaceOptions: OverloadOptions = {
  cost: twice,
  resultSize: ([text, part, by]) => {
    if (part!.min === 0) return { min: 0, max: (text!.max + 1) * by!.max + text!.max };
    return { min: 0, max: by!.max <= part!.min ? text!.max : Math.ceil(text!.max / part!.min) * by!.max };
  },
};
const splitOptions: OverloadOptions = { cost: twice, resultSize: ([text]) => ({ min: 0, max: text!.max }) };

/** The extended library of texts, as Kubernetes has it. */
export const stringExtensions: readonly Overload[] = [
  overload('<string>.charAt(int): string', charAt),
  overload('<string>.indexOf(string): int', find, { cost: once }),
  overload('<string>.indexOf(string, int): int', find, { cost: once }),
  overload('<string>.lastIndexOf(string): int', findLast, { cost: once }),
  overload('<string>.lastIndexOf(string, int): int', findLast, { cost: once }),
  overload('<string>.lowerAscii(): string', ([text]) => ascii(text as string, /[A-Z]+/g, (letters) => letters.toLowerCase()), kept),
  overload('<string>.upperAscii(): string', ([text]) => ascii(text as string, /[a-z]+/g, (letters) => letters.toUpperCase()), kept),
  overload('<string>.trim(): string', ([text]) => trim(text as string), kept),
  overload('<string>.substring(int): string', substring, kept),
  overload('<string>.substring(int, int): string', substring, kept),
  overload('<string>.replace(string, string): string', replace, replaceOptions),
  overload('<string>.replace(string, string, int): string', replace, replaceOptions),
  overload('<string>.split(string): list(string)', splitText, splitOptions),
  overload('<string>.split(string, int): list(string)', splitText, splitOptions),
  overload('<list(string)>.join(): string', join, joinOptions),
  overload('<list(string)>.join(string): string', join, joinOptions),
  overload('<string>.format(list(dyn)): string', ([text, values], meter) => formatText(text as string, values as ListValue, meter), {
    cost: once,
  }),
  overload('strings.quote(string): string', ([text]) => quote(text as string), {
    cost: once,
    resultSize: ([text]) => ({ min: text!.min + 2, max: text!.max * 2 + 2 }),
  }),
];
