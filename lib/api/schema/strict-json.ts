import { numberOf } from './integers.js';
import { NumberText } from './number-text.js';

/** One scalar at a place: a string, a number, or a word. */
const SCALAR = /"(?:[^"\\]+|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/sy;
/** At most so many members that stand twice are told of. */
const MAX_DUPLICATES = 100;
const SPACE = /[ \t\r\n]*/y;

/**
 * A JSON parser that keeps what `JSON.parse` loses: which members stand twice, integers of 64 bits, and, with `exactNumbers`, how
 * numbers are written. Only for texts that `JSON.parse` has accepted and whose depth is bounded; it checks no syntax of its own.
 */
export class StrictJsonParser {
  /** Paths of members that stand twice in their map, the first hundred. */
  readonly duplicates: string[] = [];
  readonly #text: string;
  readonly #exactNumbers: boolean;
  #at: number;

  constructor(text: string, exactNumbers: boolean) {
    this.#text = text;
    this.#exactNumbers = exactNumbers;
    this.#at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  parse(): unknown {
    return this.#value('');
  }

  #value(path: string): unknown {
    const first = this.#peek();
    if (first === '{') return this.#map(path);
    if (first === '[') return this.#list(path);
    const text = this.#scalar();
    return /^[-0-9]/.test(text) ? this.#number(text) : (JSON.parse(text) as unknown);
  }

  #number(text: string): number | bigint | NumberText {
    const value = numberOf(text);
    return this.#exactNumbers && String(value) !== text && text !== '-0' ? new NumberText(text) : value;
  }

  #map(path: string): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    this.#at += 1;
    while (this.#peek() !== '}') {
      const name = JSON.parse(this.#scalar()) as string;
      const own = path === '' ? name : `${path}.${name}`;
      if (Object.hasOwn(map, name) && this.duplicates.length < MAX_DUPLICATES) this.duplicates.push(own);
      this.#skip(':');
      const value = this.#value(own);
      // An assignment would set the prototype.
      if (name === '__proto__') Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
      else map[name] = value;
      if (this.#peek() === ',') this.#at += 1;
    }
    this.#at += 1;
    return map;
  }

  #list(path: string): unknown[] {
    const list: unknown[] = [];
    this.#at += 1;
    while (this.#peek() !== ']') {
      list.push(this.#value(`${path}[${list.length}]`));
      if (this.#peek() === ',') this.#at += 1;
    }
    this.#at += 1;
    return list;
  }

  #peek(): string | undefined {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    this.#at = SPACE.lastIndex;
    return this.#text[this.#at];
  }

  #skip(character: string): void {
    if (this.#peek() === character) this.#at += 1;
  }

  #scalar(): string {
    this.#peek();
    SCALAR.lastIndex = this.#at;
    const text = SCALAR.exec(this.#text)?.[0];
    if (text === undefined) throw new SyntaxError(`no JSON at ${this.#at}`);
    this.#at = SCALAR.lastIndex;
    return text;
  }
}
