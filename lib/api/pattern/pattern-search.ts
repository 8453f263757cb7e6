import { parsePattern } from './pattern-parser.js';
import type { State } from './pattern-states.js';
import { statesOf } from './pattern-states.js';

/** A part of a text, in UTF-16 units; `end` is behind it. */
export interface Match {
  readonly start: number;
  readonly end: number;
}

/** A way through the automaton that has begun at `start`. */
interface Thread {
  readonly state: number;
  readonly start: number;
}

/**
 * Finds what a pattern matches, as RE2 does: the leftmost match, and of those the one that comes first in the order of the pattern.
 * Takes time linear in text times pattern; what it does is counted, so that callers can stop it.
 */
export class PatternSearch {
  readonly #states: readonly State[];

  /** Throws SyntaxError for what RE2 does not know. */
  constructor(source: string) {
    this.#states = statesOf(parsePattern(source));
  }

  /** The first match at or after a place. `work` is told of the steps taken, and may throw to end the search. */
  find(text: string, from: number, work: (steps: number) => void): Match | undefined {
    return this.#run(text, from, work, false);
  }

  /** Whether there is a match anywhere. */
  test(text: string, work: (steps: number) => void): boolean {
    return this.#run(text, 0, work, true) !== undefined;
  }

  #run(text: string, from: number, work: (steps: number) => void, any: boolean): Match | undefined {
    let current = new Threads(this.#states);
    let next = new Threads(this.#states);
    let best: Match | undefined;
    for (let at = from; ;) {
      if (!best) current.add(0, at, text, at);
      if (current.list.length === 0 && best) return best;
      work(current.steps + 1);
      const code = text.codePointAt(at);
      const after = at + (code !== undefined && code > 0xffff ? 2 : 1);
      for (const { state: index, start } of current.list) {
        const state = this.#states[index]!;
        if (state.type === 'match') {
          best = { start, end: at };
          if (any) return best;
          break; // what follows comes later in the order of the pattern
        }
        if (state.type === 'character' && code !== undefined && state.accepts(code)) next.add(state.next, start, text, after);
      }
      if (code === undefined) return best;
      [current, next] = [next, current];
      next.clear();
      at = after;
    }
  }
}

/** Threads in the order of the pattern, each state at most once. */
class Threads {
  readonly list: Thread[] = [];
  steps = 0;
  readonly #states: readonly State[];
  readonly #seen: Uint32Array;
  #generation = 1;

  constructor(states: readonly State[]) {
    this.#states = states;
    this.#seen = new Uint32Array(states.length);
  }

  clear(): void {
    this.list.length = 0;
    this.steps = 0;
    this.#generation += 1;
  }

  add(first: number, start: number, text: string, at: number): void {
    const open = [first];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      this.steps += 1;
      if (this.#seen[index] === this.#generation) continue;
      this.#seen[index] = this.#generation;
      const state = this.#states[index]!;
      switch (state.type) {
        case 'match':
        case 'character':
          this.list.push({ state: index, start });
          break;
        case 'split':
          for (let branch = state.next.length - 1; branch >= 0; branch -= 1) open.push(state.next[branch]!);
          break;
        case 'assert':
          if (holds(state.kind, text, at)) open.push(state.next);
      }
    }
  }
}

function holds(kind: 'start' | 'end' | 'boundary' | 'no-boundary', text: string, at: number): boolean {
  if (kind === 'start') return at === 0;
  if (kind === 'end') return at === text.length;
  return (isWord(text[at - 1]) !== isWord(text[at])) === (kind === 'boundary');
}

const isWord = (character: string | undefined) => character !== undefined && /^[0-9A-Za-z_]$/.test(character);
