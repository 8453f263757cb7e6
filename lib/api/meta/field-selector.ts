import { badRequest } from '../status-error.js';

/** A compiled field selector: `metadata.name=a,status.phase!=Failed`. */
export interface FieldSelector {
  /** `read` gives the value of a field path, an empty string when unset. */
  matches(read: (path: string) => string): boolean;
  readonly empty: boolean;
  /** The paths it names. */
  readonly fields: readonly string[];
  /** The value that the selector demands of a field with `=`, where it does: lets a list be a get. */
  exact(path: string): string | undefined;
  toString(): string;
}

interface Term {
  readonly path: string;
  readonly equal: boolean;
  readonly value: string;
}

/** Compiles the `fieldSelector` query parameter; throws 400. `\,` `\=` and `\\` stand for themselves. */
export function parseFieldSelector(text: string): FieldSelector {
  return fieldSelectorOf(
    termsIn(text)
      .filter((term) => term !== '')
      .map((term) => parseTerm(term, text)),
  );
}

function fieldSelectorOf(terms: readonly Term[]): FieldSelector {
  return {
    empty: terms.length === 0,
    fields: [...new Set(terms.map((term) => term.path))],
    matches: (read) => terms.every((term) => (read(term.path) === term.value) === term.equal),
    exact: (path) => terms.find((term) => term.equal && term.path === path)?.value,
    toString: () => terms.map((term) => `${term.path}${term.equal ? '=' : '!='}${escaped(term.value)}`).join(','),
  };
}

function termsIn(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === ',') {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...terms, text.slice(start)];
}

function parseTerm(term: string, whole: string): Term {
  for (let at = 0; at < term.length; at += 1) {
    if (term[at] === '\\') at += 1;
    else {
      const operator = ['!=', '==', '='].find((one) => term.startsWith(one, at));
      if (operator) return { path: term.slice(0, at), equal: operator !== '!=', value: unescaped(term.slice(at + operator.length), whole) };
    }
  }
  throw badRequest(`invalid selector: '${whole}'; can't understand '${term}'`);
}

function unescaped(text: string, whole: string): string {
  let value = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (character === '\\') {
      const next = text[at + 1];
      if (next !== '\\' && next !== ',' && next !== '=')
        throw badRequest(`invalid field selector: invalid escape sequence: "\\${next ?? ''}" in '${whole}'`);
      value += next;
      at += 1;
    } else if (character === ',' || character === '=') {
      throw badRequest(`invalid field selector: unescaped character in value: '${character}'`);
    } else value += character;
  }
  return value;
}

const escaped = (value: string) => value.replace(/[\\,=]/g, (character) => `\\${character}`);
