import { numberOf } from './integers.js';
import { NumberText } from './number-text.js';

/** A map or list whose end has not come. */
interface Open {
  readonly holder: Record<string, unknown> | unknown[];
  readonly path: string;
  /** Of the member whose value is next; of maps only. */
  name: string | undefined;
}

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

  /** Without recursion: a text may be nested deeper than functions may call each other. */
  parse(): unknown {
    const all: Record<string, unknown> = {};
    const root: Open = { holder: all, path: '', name: '' };
    const open = [root];
    for (let top = root; open.length > 1 || root.name !== undefined; top = open.at(-1)!) {
      const next = this.#peek();
      if (next === ',') this.#at += 1;
      else if (next === '}' || next === ']') {
        this.#at += 1;
        open.pop();
      } else if (!Array.isArray(top.holder) && top.name === undefined) this.#name(top);
      else {
        const opened = this.#value(top, next);
        if (opened) open.push(opened);
      }
    }
    return all[''];
  }

  /** Reads the name of the next member of a map. */
  #name(map: Open): void {
    map.name = JSON.parse(this.#scalar()) as string;
    if (Object.hasOwn(map.holder, map.name) && this.duplicates.length < MAX_DUPLICATES) this.duplicates.push(placeIn(map));
    this.#skip(':');
  }

  /** Puts the next value into its map or list; gives it when it is a map or list itself, whose members follow. */
  #value(into: Open, first: string | undefined): Open | undefined {
    const holder = first === '{' ? {} : first === '[' ? [] : undefined;
    const opened = holder && { holder, path: placeIn(into), name: undefined };
    if (holder) this.#at += 1;
    const value = holder ?? this.#leaf();
    if (Array.isArray(into.holder)) into.holder.push(value);
    else setMember(into.holder, into.name!, value);
    into.name = undefined;
    return opened;
  }

  #leaf(): unknown {
    const text = this.#scalar();
    return /^[-0-9]/.test(text) ? this.#number(text) : (JSON.parse(text) as unknown);
  }

  #number(text: string): number | bigint | NumberText {
    const value = numberOf(text);
    return this.#exactNumbers && String(value) !== text && text !== '-0' ? new NumberText(text) : value;
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

/** The path of what is put next into a map or list. */
function placeIn({ holder, path, name = '' }: Open): string {
  if (!Array.isArray(holder)) return path === '' ? name : `${path}.${name}`;
  return `${path}[${holder.length}]`;
}

function setMember(map: Record<string, unknown>, name: string, value: unknown): void {
  // An assignment would set the prototype.
  if (name === '__proto__') Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
  else map[name] = value;
}
