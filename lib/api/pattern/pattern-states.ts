import type { Accepts, Node } from './pattern-node.js';

/** One state of the automaton; `next` are indices, those of a split in the order in which RE2 would try them. */
export type State =
  | { readonly type: 'character'; readonly accepts: Accepts; next: number }
  | { readonly type: 'assert'; readonly kind: 'start' | 'end' | 'boundary' | 'no-boundary'; next: number }
  | { readonly type: 'split'; readonly next: number[] }
  | { readonly type: 'match' };

/** Patterns that would become larger are refused. */
const MAX_STATES = 20_000;

/** The automaton of a pattern; it starts in state 0. */
export function statesOf(root: Node): readonly State[] {
  const states: State[] = [{ type: 'split', next: [] }];
  const match = add(states, { type: 'match' });
  (states[0] as { next: number[] }).next.push(build(states, root, match));
  return states;
}

/** Adds the states of a node that lead to `then`; gives where they begin. Built from the end to the beginning. */
function build(states: State[], node: Node, then: number): number {
  switch (node.type) {
    case 'character':
      return add(states, { type: 'character', accepts: node.accepts, next: then });
    case 'assert':
      return add(states, { type: 'assert', kind: node.kind, next: then });
    case 'sequence':
      return node.parts.reduceRight((next, part) => build(states, part, next), then);
    case 'choice':
      return add(states, { type: 'split', next: node.parts.map((part) => build(states, part, then)) });
    case 'repeat':
      return repeat(states, node, then);
  }
}

function repeat(states: State[], { part, min, max, lazy }: Extract<Node, { type: 'repeat' }>, then: number): number {
  const order = (again: number, on: number) => (lazy ? [on, again] : [again, on]);
  let next = then;
  if (max === Number.POSITIVE_INFINITY) {
    const loop: State = { type: 'split', next: [] };
    next = add(states, loop);
    loop.next.push(...order(build(states, part, next), then));
  } else {
    for (let optional = max - min; optional > 0; optional -= 1) {
      const again = build(states, part, next);
      if (again === next) return next; // nothing, however often
      next = add(states, { type: 'split', next: order(again, then) });
    }
  }
  for (let needed = min; needed > 0; needed -= 1) {
    const first = build(states, part, next);
    if (first === next) return next; // nothing, however often
    next = first;
  }
  return next;
}

function add(states: State[], state: State): number {
  if (states.length >= MAX_STATES) throw new SyntaxError('the pattern is too large');
  return states.push(state) - 1;
}
