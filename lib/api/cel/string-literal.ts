import { ExpressionSyntaxError } from './issue.js';

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
};
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|X([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]?))/g;

/** The text that a string literal stands for; escapes are code points. */
export function readString(content: string, raw: boolean, offset: number): string {
  if (raw) return content;
  return content.replace(ESCAPE, (whole: string, ...groups: (string | undefined)[]) => {
    const code = codeOf(groups);
    if (code !== undefined) return codePoint(code, whole, offset);
    const simple = SIMPLE[groups[5] ?? ''];
    if (simple === undefined) throw invalid(whole, offset);
    return simple;
  });
}

/** The bytes that a bytes literal stands for; escapes by number are bytes, other characters are written in UTF-8. */
export function readBytes(content: string, raw: boolean, offset: number): Uint8Array {
  if (raw) return Buffer.from(content);
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const found of content.matchAll(ESCAPE)) {
    const [whole, x, X, u, U, octal, simple] = found;
    if (u !== undefined || U !== undefined) throw invalid(whole, offset);
    parts.push(Buffer.from(content.slice(at, found.index)));
    const code = codeOf([x, X, undefined, undefined, octal]);
    const text = SIMPLE[simple ?? ''];
    if (code === undefined && text === undefined) throw invalid(whole, offset);
    parts.push(code === undefined ? Buffer.from(text!) : Buffer.from([code]));
    at = found.index + whole.length;
  }
  parts.push(Buffer.from(content.slice(at)));
  return Buffer.concat(parts);
}

function codeOf([x, X, u, U, octal]: readonly (string | undefined)[]): number | undefined {
  const hex = x ?? X ?? u ?? U;
  if (hex !== undefined) return Number.parseInt(hex, 16);
  return octal === undefined ? undefined : Number.parseInt(octal, 8);
}

function codePoint(code: number, whole: string, offset: number): string {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw invalid(whole, offset);
  return String.fromCodePoint(code);
}

const invalid = (escape: string, offset: number) => new ExpressionSyntaxError(offset, `Syntax error: unable to unescape string: ${escape}`);
