import type { Operator, Requirement } from './label-requirement.js';
import { checkKey, requirement } from './label-requirement.js';

type Kind = 'identifier' | 'operator' | 'word-operator' | '!' | '(' | ')' | ',' | 'end' | 'error';

interface Token {
  readonly kind: Kind;
  readonly text: string;
}

const SYMBOLS = new Map<string, Kind>([
  ['=', 'operator'],
  ['==', 'operator'],
  ['!=', 'operator'],
  ['>', 'operator'],
  ['<', 'operator'],
  ['!', '!'],
  ['(', '('],
  [')', ')'],
  [',', ','],
]);
const END: Token = { kind: 'end', text: '' };
const BINARY = 'in, notin, =, ==, !=, gt, lt';

/** Recursive descent over the selector grammar of Kubernetes. Throws SyntaxError with its messages. */
export class LabelSelectorParser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const token = this.#peek();
      if (token.kind === 'end') return requirements;
      if (token.kind !== 'identifier' && token.kind !== '!') throw wrong(token, ", expected: !, identifier, or 'end of string'");
      requirements.push(this.#requirement());
      const separator = this.#take();
      if (separator.kind === 'end') return requirements;
      if (separator.kind !== ',') throw wrong(separator, ", expected: ',' or 'end of string'");
      const after = this.#peek();
      if (after.kind !== 'identifier' && after.kind !== '!') throw wrong(after, ", expected: identifier after ','");
    }
  }

  #requirement(): Requirement {
    try {
      const absent = this.#peek().kind === '!';
      if (absent) this.#take();
      const key = this.#take();
      if (key.kind !== 'identifier') throw wrong(key, ', expected: identifier');
      checkKey(key.text);
      if (absent) return requirement(key.text, '!', []);
      const after = this.#peek().kind;
      if (after === 'end' || after === ',') return requirement(key.text, 'exists', []);
      const operator = this.#operator();
      return requirement(key.text, operator, operator === 'in' || operator === 'notin' ? this.#list() : [this.#value()]);
    } catch (error) {
      throw error instanceof SyntaxError ? new SyntaxError(`unable to parse requirement: ${error.message}`) : error;
    }
  }

  #operator(): Operator {
    const token = this.#tokens[this.#next++] ?? END;
    if (token.kind !== 'operator' && token.kind !== 'word-operator') throw wrong(token, `, expected: ${BINARY}`);
    return token.text === '>' ? 'gt' : token.text === '<' ? 'lt' : (token.text as Operator);
  }

  /** A missing value is the empty one. */
  #value(): string {
    const token = this.#peek();
    if (token.kind === 'end' || token.kind === ',') return '';
    this.#take();
    if (token.kind !== 'identifier') throw wrong(token, ', expected: identifier');
    return token.text;
  }

  #list(): string[] {
    const open = this.#take();
    if (open.kind !== '(') throw wrong(open, " expected: '('");
    const first = this.#peek();
    if (first.kind === ')') {
      this.#take();
      return [''];
    }
    if (first.kind !== 'identifier' && first.kind !== ',') throw wrong(first, ", expected: ',', ')' or identifier");
    const values: string[] = [];
    for (;;) {
      values.push(this.#item());
      const separator = this.#take();
      if (separator.kind === ')') return values;
      if (separator.kind !== ',') throw wrong(separator, ", expected: ',' or ')'");
    }
  }

  #item(): string {
    const token = this.#peek();
    if (token.kind === ',' || token.kind === ')') return '';
    this.#take();
    if (token.kind !== 'identifier') throw wrong(token, ", expected: ',', or identifier");
    return token.text;
  }

  /** `in` and `notin` are operators only where one is expected. */
  #peek(): Token {
    const token = this.#tokens[this.#next] ?? END;
    return token.kind === 'word-operator' ? { kind: 'identifier', text: token.text } : token;
  }

  #take(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }
}

function wrong(token: Token, expected: string): SyntaxError {
  return new SyntaxError(`found '${token.text}'${expected}`);
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const [part] of text.matchAll(/[=!(),><]+|[^=!(),><\s]+/g)) {
    if (!/^[=!(),><]/.test(part)) tokens.push({ kind: part === 'in' || part === 'notin' ? 'word-operator' : 'identifier', text: part });
    else tokens.push(...symbolsOf(part));
  }
  return tokens;
}

/** Splits a run of special characters into the longest known symbols. */
function symbolsOf(run: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < run.length;) {
    const text = SYMBOLS.has(run.slice(at, at + 2)) && run.length - at > 1 ? run.slice(at, at + 2) : run[at]!;
    tokens.push({ kind: SYMBOLS.get(text) ?? 'error', text });
    at += text.length;
  }
  return tokens;
}
