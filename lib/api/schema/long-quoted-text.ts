import type { CST } from 'yaml';

/** Length from which the package is too slow: it builds a text a character at a time, and what it builds is garbage by the hundred megabytes. */
export const LONG_TEXT = 16_384;

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  '\t': '\t',
};

/** An escape, or white space and line breaks together; each run is one match, so that none is looked at twice. */
const PART =
  /\\(?:\r?\n[ \t]*|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([^]))|[ \t]+(?:(\r?\n)(?:[ \t\n]|\r\n)*)?|(\r?\n)(?:[ \t\n]|\r\n)*/g;

/** Parts between two steps. */
const STEP = 20_000;

/**
 * The value of a double-quoted scalar, quotes included (YAML 1.1, 5.7 and 7.3.1), in steps: others may have their turn between them.
 * Throws a SyntaxError for what is no escape.
 */
export function* quotedText(source: string): Generator<undefined, string> {
  if (source.length < 2 || !source.endsWith('"')) throw new SyntaxError('Missing closing "quote');
  const json = asJson(source);
  if (json !== undefined) return json;
  const text = source.slice(1, -1);
  const parts = new RegExp(PART);
  const done: string[] = [];
  let pieces: string[] = [];
  let at = 0;
  for (let match = parts.exec(text); match; match = parts.exec(text)) {
    pieces.push(text.slice(at, match.index), valueOf(match));
    at = parts.lastIndex;
    if (pieces.length < STEP) continue;
    done.push(pieces.join(''));
    pieces = [];
    yield;
  }
  return [...done, ...pieces, text.slice(at)].join('');
}

function valueOf([all, x, u, big, one, after, alone]: RegExpExecArray): string {
  const code = x ?? u ?? big;
  if (code !== undefined) return character(all, Number.parseInt(code, 16));
  if (one !== undefined) return ESCAPES[one] ?? noEscape(all);
  if (all.startsWith('\\')) return '';
  if (after === undefined && alone === undefined) return all;
  const breaks = all.split('\n').length - 1;
  return breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
}

function character(all: string, code: number): string {
  return code > 0x10ffff ? noEscape(all) : String.fromCodePoint(code);
}

function noEscape(all: string): never {
  throw new SyntaxError(`Invalid escape sequence ${all.slice(0, 2)}`);
}

/** A text on one line with no other escapes than those of JSON means the same in JSON, which is read by the engine itself. */
function asJson(source: string): string | undefined {
  try {
    return JSON.parse(source) as string;
  } catch {
    return undefined; // tabs, line breaks and other escapes are not JSON's
  }
}

/** Whether it is a scalar that {@link quotedText} should read. */
export const isLongQuoted = (token: { readonly type: string; readonly source?: unknown }): token is CST.FlowScalar =>
  token.type === 'double-quoted-scalar' && typeof token.source === 'string' && token.source.length >= LONG_TEXT;
