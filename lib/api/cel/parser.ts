import { ExpressionSyntaxError } from './issue.js';
import { expandMacro } from './macros.js';
import type { Ident, ListNode, MapEntry, MapNode, Node } from './node.js';
import { numberOf } from './number-literal.js';
import { tokensOf } from './lexer.js';
import type { Token } from './token.js';

/** Deeper ones are refused: whoever walks a tree does so recursively. */
const MAX_DEPTH = 250;
/** As cel-go: larger ones are refused. */
const MAX_LENGTH = 100_000;
const RELATIONS = new Set(['<', '<=', '>', '>=', '==', '!=', 'in']);
const SUMS = new Set(['+', '-']);
const PRODUCTS = new Set(['*', '/', '%']);
/** Words that may not be names, although they may be fields. */
const RESERVED = new Set(
  'as break const continue else false for function if import in let loop namespace null package return true var void while'.split(' '),
);
const STARTS = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

/** The tree of an expression, with its macros expanded. Throws ExpressionSyntaxError. */
export function parseExpression(source: string): Node {
  if (source.length > MAX_LENGTH)
    throw new ExpressionSyntaxError(0, `expression code point size exceeds limit: size: ${source.length}, limit ${MAX_LENGTH}`);
  return new Parser(tokensOf(source)).whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Node {
    const node = this.#expression();
    if (this.#token.kind !== 'end') throw this.#unexpected('<EOF>');
    return node;
  }

  get #token(): Token {
    return this.#tokens[this.#at]!;
  }

  #is(operator: string): boolean {
    const { kind, text } = this.#token;
    return text === operator && (kind === 'operator' || (kind === 'ident' && operator === 'in'));
  }

  #accept(operator: string): boolean {
    if (!this.#is(operator)) return false;
    this.#at += 1;
    return true;
  }

  #expect(operator: string): Token {
    const token = this.#token;
    if (!this.#accept(operator)) throw this.#unexpected(`'${operator}'`);
    return token;
  }

  #unexpected(wanted: string): ExpressionSyntaxError {
    const { kind, text, offset } = this.#token;
    const what = kind === 'end' || wanted !== STARTS ? 'mismatched' : 'extraneous';
    return new ExpressionSyntaxError(offset, `Syntax error: ${what} input '${text}' expecting ${wanted}`);
  }

  #nested<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new ExpressionSyntaxError(this.#token.offset, `expression recursion limit exceeded: ${MAX_DEPTH}`);
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  #expression(): Node {
    return this.#nested(() => {
      const condition = this.#logical('||', () => this.#logical('&&', () => this.#relation()));
      const { offset } = this.#token;
      if (!this.#accept('?')) return condition;
      const yes = this.#logical('||', () => this.#logical('&&', () => this.#relation()));
      this.#expect(':');
      return call('_?_:_', offset, [condition, yes, this.#expression()]);
    });
  }

  /** A chain of terms becomes a balanced tree, so that long ones are not deep. */
  #logical(operator: '&&' | '||', parse: () => Node): Node {
    const terms = [parse()];
    const offsets: number[] = [];
    for (let { offset } = this.#token; this.#accept(operator); { offset } = this.#token) {
      offsets.push(offset);
      terms.push(parse());
    }
    const balanced = (from: number, to: number): Node => {
      if (from === to) return terms[from]!;
      const middle = Math.floor((from + to) / 2);
      return call(`_${operator}_`, offsets[middle]!, [balanced(from, middle), balanced(middle + 1, to)]);
    };
    return balanced(0, terms.length - 1);
  }

  #relation(): Node {
    return this.#chain(RELATIONS, () => this.#chain(SUMS, () => this.#chain(PRODUCTS, () => this.#unary())));
  }

  #chain(operators: ReadonlySet<string>, parse: () => Node): Node {
    let left = parse();
    for (let links = 0; ; links += 1) {
      const { kind, text, offset } = this.#token;
      if (!operators.has(text) || (kind !== 'operator' && text !== 'in')) return left;
      if (links > MAX_DEPTH) throw new ExpressionSyntaxError(offset, `expression recursion limit exceeded: ${MAX_DEPTH}`);
      this.#at += 1;
      left = call(text === 'in' ? '@in' : `_${text}_`, offset, [left, parse()]);
    }
  }

  #unary(): Node {
    const { offset } = this.#token;
    if (this.#is('!')) return this.#prefixed('!', '!_', offset);
    if (!this.#is('-')) return this.#member();
    const next = this.#tokens[this.#at + 1]!;
    return ['int', 'uint', 'double'].includes(next.kind) && next.kind !== 'uint' ? this.#member() : this.#prefixed('-', '-_', offset);
  }

  /** Two signs in a row cancel each other. */
  #prefixed(sign: string, name: string, offset: number): Node {
    let count = 0;
    while (this.#accept(sign)) count += 1;
    const operand = this.#member();
    return count % 2 === 0 ? operand : call(name, offset, [operand]);
  }

  #member(): Node {
    let node = this.#primary();
    for (let links = 0; ; links += 1) {
      if (links > MAX_DEPTH) throw new ExpressionSyntaxError(this.#token.offset, `expression recursion limit exceeded: ${MAX_DEPTH}`);
      const { offset } = this.#token;
      if (this.#accept('.')) node = this.#dotted(node, offset);
      else if (this.#accept('[')) node = this.#indexed(node, offset);
      else if (this.#is('{') && qualifiedName(node) !== undefined) node = this.#struct(node);
      else return node;
    }
  }

  #dotted(operand: Node, offset: number): Node {
    const isOptional = this.#accept('?');
    const { kind, text } = this.#token;
    if (kind !== 'ident') throw this.#unexpected('IDENTIFIER');
    this.#at += 1;
    if (isOptional) return call('_?._', offset, [operand, { kind: 'literal', offset, value: text }]);
    const open = this.#token.offset;
    if (!this.#accept('(')) {
      if (text === 'true' || text === 'false' || text === 'null' || text === 'in') throw reserved(text, offset + 1);
      return { kind: 'select', offset, operand, field: text, test: false };
    }
    const args = this.#list(')');
    return expandMacro(text, operand, args, open) ?? { kind: 'call', offset: open, name: text, target: operand, args };
  }

  #indexed(operand: Node, offset: number): Node {
    const name = this.#accept('?') ? '_[?_]' : '_[_]';
    const index = this.#expression();
    this.#expect(']');
    return call(name, offset, [operand, index]);
  }

  #struct(type: Node): Node {
    const { offset } = this.#expect('{');
    const fields: { name: string; value: Node; offset: number }[] = [];
    while (!this.#is('}')) {
      const { kind, text, offset: at } = this.#token;
      if (kind !== 'ident') throw this.#unexpected('IDENTIFIER');
      this.#at += 1;
      this.#expect(':');
      fields.push({ name: text, value: this.#expression(), offset: at });
      if (!this.#accept(',')) break;
    }
    this.#expect('}');
    return { kind: 'struct', offset, name: qualifiedName(type)!, fields };
  }

  #primary(): Node {
    const token = this.#token;
    switch (token.kind) {
      case 'string':
      case 'bytes':
        this.#at += 1;
        return { kind: 'literal', offset: token.offset, value: token.value };
      case 'int':
      case 'uint':
      case 'double':
        return this.#number('');
      case 'ident':
        return this.#name('');
      case 'operator':
        return this.#opened(token);
      case 'end':
        throw this.#unexpected(STARTS);
    }
  }

  #opened({ text, offset }: Token): Node {
    switch (text) {
      case '(': {
        this.#at += 1;
        const inner = this.#expression();
        this.#expect(')');
        return inner;
      }
      case '[':
        this.#at += 1;
        return this.#listLiteral(offset);
      case '{':
        this.#at += 1;
        return this.#mapLiteral(offset);
      case '-':
        this.#at += 1;
        return this.#number('-');
      case '.':
        this.#at += 1;
        if (this.#token.kind !== 'ident') throw this.#unexpected('IDENTIFIER');
        return this.#name('.');
      default:
        throw this.#unexpected(STARTS);
    }
  }

  #number(sign: string): Node {
    const token = this.#token;
    this.#at += 1;
    return { kind: 'literal', offset: token.offset - sign.length, value: numberOf(token, sign) };
  }

  #name(dot: string): Node {
    const { text, offset } = this.#token;
    this.#at += 1;
    if (dot === '') {
      if (text === 'true' || text === 'false') return { kind: 'literal', offset, value: text === 'true' };
      if (text === 'null') return { kind: 'literal', offset, value: null };
      if (text === 'in') {
        this.#at -= 1;
        throw this.#unexpected(STARTS);
      }
    }
    if (RESERVED.has(text)) throw reserved(text, offset);
    const open = this.#token.offset;
    if (!this.#accept('(')) return { kind: 'ident', offset, name: dot + text };
    const args = this.#list(')');
    return expandMacro(text, undefined, args, open) ?? call(dot + text, open, args);
  }

  #list(close: string): Node[] {
    const nodes: Node[] = [];
    if (this.#accept(close)) return nodes;
    do nodes.push(this.#expression());
    while (this.#accept(','));
    this.#expect(close);
    return nodes;
  }

  #listLiteral(offset: number): ListNode {
    const elements: Node[] = [];
    const optional = new Set<number>();
    while (!this.#is(']')) {
      if (this.#accept('?')) optional.add(elements.length);
      elements.push(this.#expression());
      if (!this.#accept(',')) break;
    }
    this.#expect(']');
    return { kind: 'list', offset, elements, optional };
  }

  #mapLiteral(offset: number): MapNode {
    const entries: MapEntry[] = [];
    while (!this.#is('}')) {
      const optional = this.#accept('?');
      const key = this.#expression();
      this.#expect(':');
      entries.push({ key, value: this.#expression(), optional });
      if (!this.#accept(',')) break;
    }
    this.#expect('}');
    return { kind: 'map', offset, entries };
  }
}

const call = (name: string, offset: number, args: readonly Node[]): Node => ({ kind: 'call', offset, name, target: undefined, args });
const reserved = (name: string, offset: number) => new ExpressionSyntaxError(offset, `Syntax error: reserved identifier: ${name}`);

/** `a.b.c` of a name and the fields after it; undefined for anything else. */
export function qualifiedName(node: Node): string | undefined {
  if (node.kind === 'ident') return (node satisfies Ident).name;
  if (node.kind !== 'select' || node.test) return undefined;
  const operand = qualifiedName(node.operand);
  return operand === undefined ? undefined : `${operand}.${node.field}`;
}
