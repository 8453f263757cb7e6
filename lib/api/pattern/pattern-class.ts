import type { Accepts } from './pattern-node.js';
import type { PatternReader } from './pattern-reader.js';

const isDigit: Accepts = (code) => code >= 48 && code <= 57;
const isWord: Accepts = (code) => isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
const isSpace: Accepts = (code) => code === 9 || code === 10 || code === 12 || code === 13 || code === 32;
const not =
  (accepts: Accepts): Accepts =>
  (code) =>
    !accepts(code);
const range =
  (low: number, high: number): Accepts =>
  (code) =>
    code >= low && code <= high;

const SHORTHANDS: Readonly<Record<string, Accepts>> = {
  d: isDigit,
  D: not(isDigit),
  w: isWord,
  W: not(isWord),
  s: isSpace,
  S: not(isSpace),
};
const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };
const POSIX: Readonly<Record<string, Accepts>> = {
  alnum: (code) => isWord(code) && code !== 95,
  alpha: (code) => isWord(code) && code !== 95 && !isDigit(code),
  ascii: range(0, 127),
  blank: (code) => code === 9 || code === 32,
  digit: isDigit,
  lower: range(97, 122),
  print: range(32, 126),
  punct: (code) => code >= 33 && code <= 126 && (!isWord(code) || code === 95),
  space: (code) => isSpace(code) || code === 11,
  upper: range(65, 90),
  word: isWord,
  xdigit: (code) => isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102),
};

/** Just this character. */
export function characterClass(character: string): Accepts {
  const wanted = character.codePointAt(0);
  return (code) => code === wanted;
}

/** Asked about one character after another, mostly the same one for many states. */
export function remembering(accepts: Accepts): Accepts {
  let last = -1;
  let answer = false;
  return (code) => {
    if (code !== last) {
      answer = accepts(code);
      last = code;
    }
    return answer;
  };
}

/** What follows a backslash outside of brackets. */
export function escapedClass(reader: PatternReader): Accepts {
  const property = reader.match(/^([pP])(?:\{(\^?)(\w+)\}|(\w))/);
  if (property) return unicodeClass(reader, property);
  const shorthand = SHORTHANDS[reader.peek ?? ''];
  if (shorthand) {
    reader.take();
    return shorthand;
  }
  return range(...twice(escapedCode(reader)));
}

/** The rest of a class in brackets. */
export function parseClass(reader: PatternReader): Accepts {
  const negated = reader.accept('^');
  const parts: Accepts[] = [];
  for (let first = true; first || reader.peek !== ']'; first = false) {
    if (reader.done) throw reader.error('missing ]');
    parts.push(parsePart(reader));
  }
  reader.take();
  const any: Accepts = (code) => parts.some((part) => part(code));
  return remembering(negated ? not(any) : any);
}

function parsePart(reader: PatternReader): Accepts {
  const posix = reader.match(/^\[:(\^?)([a-z]+):\]/);
  if (posix) {
    const known = POSIX[posix[2]!];
    if (!known) throw reader.error('invalid character class');
    return posix[1] === '^' ? not(known) : known;
  }
  const shorthand = reader.match(/^\\([dDwWsS])/);
  if (shorthand) return SHORTHANDS[shorthand[1]!]!;
  const property = reader.match(/^\\([pP])(?:\{(\^?)(\w+)\}|(\w))/);
  if (property) return unicodeClass(reader, property);
  const low = parseBound(reader);
  if (!reader.match(/^-(?!\])/)) return range(low, low);
  const high = parseBound(reader);
  if (high < low) throw reader.error('invalid character class range');
  return range(low, high);
}

function parseBound(reader: PatternReader): number {
  return reader.accept('\\') ? escapedCode(reader) : reader.take().codePointAt(0)!;
}

function escapedCode(reader: PatternReader): number {
  const hex = reader.match(/^x(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/);
  if (hex) return Number.parseInt(hex[1] ?? hex[2]!, 16);
  const character = reader.take();
  const control = CONTROLS[character];
  if (control !== undefined) return control;
  if (/^[0-9A-Za-z]$/.test(character)) throw reader.error('invalid escape sequence');
  return character.codePointAt(0)!;
}

/** `\pL`, `\p{Greek}`: left to the engine's own tables, one character at a time. */
function unicodeClass(reader: PatternReader, [, letter, caret, name, short]: RegExpExecArray): Accepts {
  const property = name ?? short ?? '';
  const expression = [property, `Script=${property}`].map(compiled).find((one) => one !== undefined);
  if (!expression) throw reader.error('invalid character class');
  const accepts: Accepts = (code) => expression.test(String.fromCodePoint(code));
  return remembering((letter === 'P') !== (caret === '^') ? not(accepts) : accepts);
}

function compiled(property: string): RegExp | undefined {
  try {
    return new RegExp(`^\\p{${property}}$`, 'u');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const twice = (code: number): [number, number] => [code, code];
