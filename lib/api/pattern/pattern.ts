import { Effort } from '../validation/effort.js';
import { parsePattern } from './pattern-parser.js';
import type { State } from './pattern-states.js';
import { statesOf } from './pattern-states.js';

/** Where matches may be after some characters: what a deterministic automaton has as one state. */
interface Standing {
  /** The states that read the next character. */
  readonly readers: readonly number[];
  /** Where a character leads that has been read here before, by {@link stepOf}. */
  readonly next: Map<number, Standing>;
}

/** The pattern has matched. */
const MATCHED: Standing = { readers: [], next: new Map() };
/** States and steps that are remembered of one pattern; with more of them, all are forgotten. */
const MOST_REMEMBERED = 10_000;

/**
 * A regular expression that takes time linear in the text, whatever the pattern: the language of Go's RE2 without captures.
 * Users' patterns run on users' texts, and `^(a+)+$` would keep the engine's own matcher busy for seconds on thirty characters.
 *
 * The automaton is made deterministic while texts are read: a character costs one step where it has been read before, and as many
 * as the pattern has states where not.
 */
export class Pattern {
  readonly source: string;
  readonly #states: readonly State[];
  readonly #known = new Map<string, Standing>();
  /** Which states the walk in {@link #standing} has been to: those that have its number. */
  readonly #visited: Uint32Array;
  #walk = 0;
  #remembered = 0;

  /** Throws SyntaxError for what RE2 does not know, such as back-references and look-around, and for what is too large. */
  constructor(source: string) {
    this.source = source;
    this.#states = statesOf(parsePattern(source));
    this.#visited = new Uint32Array(this.#states.length);
  }

  /** How many states its automaton has. */
  get size(): number {
    return this.#states.length;
  }

  /** Whether it matches somewhere in the text; undefined when the effort, by default none, was spent before that was known. */
  test(text: string): boolean;
  test(text: string, effort: Effort): boolean | undefined;
  test(text: string, effort = new Effort(Number.POSITIVE_INFINITY)): boolean | undefined {
    if (!effort.take(1)) return undefined;
    let coming = text.codePointAt(0);
    let standing: Standing | undefined = this.#standing([0], undefined, coming, effort);
    for (let at = 0; standing !== MATCHED;) {
      if (standing === undefined || coming === undefined) return standing && false;
      const code = coming;
      at += code > 0xffff ? 2 : 1;
      coming = text.codePointAt(at);
      standing = standing.next.get(stepOf(code, coming)) ?? this.#step(standing, code, coming, effort);
      if (!effort.take(1)) return undefined;
    }
    return true;
  }

  /** Reads a character for the first time here. Undefined: the effort is spent. */
  #step(from: Standing, code: number, coming: number | undefined, effort: Effort): Standing | undefined {
    if (!effort.take(from.readers.length)) return undefined;
    const heads = [0]; // a match may begin anywhere
    for (const index of from.readers) {
      const state = this.#states[index]!;
      if (state.type === 'character' && state.accepts(code)) heads.push(state.next);
    }
    const standing = this.#standing(heads, code, coming, effort);
    if (standing) from.next.set(stepOf(code, coming), standing);
    this.#remember(1);
    return standing;
  }

  /** What the states lead to without reading, between two characters. */
  #standing(heads: number[], before: number | undefined, coming: number | undefined, effort: Effort): Standing | undefined {
    const readers: number[] = [];
    this.#walk += 1;
    for (let index = heads.pop(); index !== undefined; index = heads.pop()) {
      if (this.#visited[index] === this.#walk) continue;
      this.#visited[index] = this.#walk;
      const state = this.#states[index]!;
      if (!effort.take(1)) return undefined;
      if (state.type === 'match') return MATCHED;
      if (state.type === 'character') readers.push(index);
      else if (state.type === 'split') heads.push(...state.next);
      else if (holds(state.kind, before, coming)) heads.push(state.next);
    }
    return this.#shared(readers.sort((a, b) => a - b));
  }

  /** The standing with these readers, one object for all ways to it. */
  #shared(readers: readonly number[]): Standing {
    const key = readers.join();
    let standing = this.#known.get(key);
    if (!standing) {
      this.#remember(readers.length + 1);
      this.#known.set(key, (standing = { readers, next: new Map() }));
    }
    return standing;
  }

  #remember(count: number): void {
    if ((this.#remembered += count) <= MOST_REMEMBERED) return;
    this.#remembered = count;
    // Who stands on one of them goes on from there, and finds nothing known.
    for (const standing of this.#known.values()) standing.next.clear();
    this.#known.clear();
  }
}

/** A character and what matters of the one behind it. */
function stepOf(code: number, coming: number | undefined): number {
  return code * 4 + (coming === undefined ? 0 : isWord(coming) ? 1 : 2);
}

function holds(kind: 'start' | 'end' | 'boundary' | 'no-boundary', before: number | undefined, coming: number | undefined): boolean {
  if (kind === 'start') return before === undefined;
  if (kind === 'end') return coming === undefined;
  return (isWord(before) !== isWord(coming)) === (kind === 'boundary');
}

function isWord(code: number | undefined): boolean {
  return code !== undefined && ((code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122));
}
