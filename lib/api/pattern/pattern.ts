import type { Node } from './pattern-node.js';
import { parsePattern } from './pattern-parser.js';
import type { State } from './pattern-states.js';
import { statesOf } from './pattern-states.js';

/**
 * A regular expression that takes time linear in the text, whatever the pattern: the language of Go's RE2 without captures.
 * Users' patterns run on users' texts, and `^(a+)+$` would keep the engine's own matcher busy for seconds on thirty characters.
 */
export class Pattern {
  readonly source: string;
  readonly #states: readonly State[];

  /** Throws SyntaxError for what RE2 does not know, such as back-references and look-around. */
  constructor(source: string) {
    this.source = source;
    const root: Node = parsePattern(source);
    this.#states = statesOf(root);
  }

  /** Whether it matches somewhere in the text. */
  test(text: string): boolean {
    const characters = [...text];
    let current = new ActiveStates(this.#states);
    let next = new ActiveStates(this.#states);
    for (let at = 0; at <= characters.length; at += 1) {
      // A match may begin anywhere.
      if (current.add(0, characters, at)) return true;
      const character = characters[at];
      if (character === undefined) return false;
      const code = character.codePointAt(0)!;
      for (const index of current.indices) {
        const state = this.#states[index]!;
        if (state.type === 'character' && state.accepts(code) && next.add(state.next, characters, at + 1)) return true;
      }
      [current, next] = [next, current];
      next.clear();
    }
    return false;
  }
}

/** The states a match may be in, each at most once: that is what bounds the time. */
class ActiveStates {
  readonly indices: number[] = [];
  readonly #states: readonly State[];
  readonly #seen: Uint8Array;

  constructor(states: readonly State[]) {
    this.#states = states;
    this.#seen = new Uint8Array(states.length);
  }

  clear(): void {
    this.indices.length = 0;
    this.#seen.fill(0);
  }

  /** Adds a state and what it leads to without reading. Tells whether that is the end of the pattern. */
  add(start: number, text: readonly string[], at: number): boolean {
    const open = [start];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (this.#seen[index]) continue;
      this.#seen[index] = 1;
      const state = this.#states[index]!;
      switch (state.type) {
        case 'match':
          return true;
        case 'character':
          this.indices.push(index);
          break;
        case 'split':
          open.push(...state.next);
          break;
        case 'assert':
          if (holds(state.kind, text, at)) open.push(state.next);
      }
    }
    return false;
  }
}

function holds(kind: 'start' | 'end' | 'boundary' | 'no-boundary', text: readonly string[], at: number): boolean {
  if (kind === 'start') return at === 0;
  if (kind === 'end') return at === text.length;
  return (isWord(text[at - 1]) !== isWord(text[at])) === (kind === 'boundary');
}

const isWord = (character: string | undefined) => character !== undefined && /^[0-9A-Za-z_]$/.test(character);
