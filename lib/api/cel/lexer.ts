import { ExpressionSyntaxError } from './issue.js';
import type { Token } from './token.js';
import { readBytes, readString } from './string-literal.js';

const SPACE = /[ \t\r\n\f]+|\/\/[^\n]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.\d+(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)|\d+[uU]?/y;
const IDENT = /[A-Za-z_][A-Za-z0-9_]*/y;
const OPERATOR = /&&|\|\||<=|>=|==|!=|[-+*/%<>!?:.,()[\]{}]/y;
const QUOTED = /([rRbB]{0,2})('''|"""|'|")/y;

/** The tokens of an expression, with one of kind `end` last. Throws ExpressionSyntaxError. */
export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at;
    return expression.exec(source);
  };
  while (at < source.length) {
    const space = match(SPACE);
    if (space) {
      at += space[0].length;
      continue;
    }
    const token = quoted(source, at, match(QUOTED)) ?? plain(at, match(NUMBER), match(IDENT), match(OPERATOR));
    if (!token) throw unrecognized(source, at);
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: 'end', text: '<EOF>', offset: source.length });
  return tokens;
}

function plain(offset: number, number: RegExpExecArray | null, ident: RegExpExecArray | null, operator: RegExpExecArray | null) {
  if (number) return numberToken(number[0], offset);
  if (ident) return { kind: 'ident', text: ident[0], offset } as const;
  return operator ? ({ kind: 'operator', text: operator[0], offset } as const) : undefined;
}

function numberToken(text: string, offset: number): Token {
  if (/[uU]$/.test(text)) return { kind: 'uint', text, offset };
  return { kind: /^0[xX]/.test(text) || /^\d+$/.test(text) ? 'int' : 'double', text, offset };
}

function quoted(source: string, offset: number, opening: RegExpExecArray | null): Token | undefined {
  if (!opening) return undefined;
  const [whole, prefix = '', quote = ''] = opening;
  const letters = prefix.toLowerCase();
  if (letters === 'rr' || letters === 'bb') return undefined;
  const raw = letters.includes('r');
  const start = offset + whole.length;
  const end = endOf(source, start, quote, raw);
  if (end === undefined) throw unrecognized(source, offset);
  const content = source.slice(start, end).replace(/\r\n?/g, '\n');
  const text = source.slice(offset, end + quote.length);
  return letters.includes('b')
    ? { kind: 'bytes', text, offset, value: readBytes(content, raw, offset) }
    : { kind: 'string', text, offset, value: readString(content, raw, offset) };
}

function endOf(source: string, start: number, quote: string, raw: boolean): number | undefined {
  for (let at = start; at < source.length; at += 1) {
    if (source[at] === '\\' && !raw) at += 1;
    else if (source.startsWith(quote, at)) return at;
    else if (quote.length === 1 && (source[at] === '\n' || source[at] === '\r')) return undefined;
  }
  return undefined;
}

function unrecognized(source: string, offset: number): ExpressionSyntaxError {
  const rest = source.slice(offset);
  const shown = /^[rRbB]*['"]/.test(rest) ? rest.split('\n', 1)[0]! : String.fromCodePoint(rest.codePointAt(0)!);
  return new ExpressionSyntaxError(offset, `Syntax error: token recognition error at: '${shown}'`);
}
