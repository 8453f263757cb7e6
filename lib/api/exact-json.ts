import { StrictJsonParser } from './schema/strict-json.js';

/** A run of digits that may be an integer which a `number` does not hold: 2^53 has sixteen. */
const LONG_NUMBER = /\d{16}/;

/**
 * The value of a JSON text, integers exact: what `JSON.parse` gives, but that an integer of 64 bits which a `number` does not hold is a
 * `bigint`. Costs next to nothing more where there is none. Throws SyntaxError.
 */
export function parseExact(text: string): unknown {
  const value = JSON.parse(text) as unknown;
  return LONG_NUMBER.test(text) ? new StrictJsonParser(text, false).parse() : value;
}

/** What `JSON.stringify` gives, with `bigint`s as the integers that they are. `indent`: spaces a level; default none, on one line. */
export function jsonText(value: unknown, indent = 0): string {
  try {
    return JSON.stringify(value, undefined, indent);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The only thing in JSON-like data that it cannot write.
    return written(value, ' '.repeat(indent), '') as string;
  }
}

function written(value: unknown, step: string, margin: string): string | undefined {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || writesItself(value)) return JSON.stringify(value);
  const inner = margin + step;
  const [open, parts, close] = Array.isArray(value)
    ? ['[', value.map((item: unknown) => written(item, step, inner) ?? 'null'), ']']
    : ['{', members(value, step, inner), '}'];
  if (parts.length === 0) return open + close;
  const [before, between, after] = step === '' ? ['', ',', ''] : [`\n${inner}`, `,\n${inner}`, `\n${margin}`];
  return open + before + parts.join(between) + after + close;
}

function members(value: object, step: string, margin: string): string[] {
  const colon = step === '' ? ':' : ': ';
  return Object.entries(value).flatMap(([name, member]) => {
    const text = written(member, step, margin);
    return text === undefined ? [] : [JSON.stringify(name) + colon + text];
  });
}

const writesItself = (value: object) => 'toJSON' in value && typeof value.toJSON === 'function';
