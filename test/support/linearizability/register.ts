import type { Model } from './search.js';
import type { Action, Operation, Refusal, Seen } from './operation.js';

/** One key of a store. */
export interface Register {
  /** `undefined`: absent. */
  readonly value: string | undefined;
  /** What wrote the value; 0 when absent, `undefined` when nobody was ever told. */
  readonly revision: number | undefined;
  /** The last revision that is known to have written or deleted the key: later ones are larger. */
  readonly reached: number;
}

/**
 * A key with revisions: guards compare them, and each write takes a larger one than all before.
 *
 * `told` gives the revision of puts without an answer, where a later operation saw what they wrote.
 */
export function registerModel(told: ReadonlyMap<string, number>): Model<Register, Operation> {
  return {
    initial: { value: undefined, revision: 0, reached: 0 },
    keyOf: ({ value, revision, reached }) => `${value}@${revision}>${reached}`,
    step(state, { action, outcome }) {
      switch (outcome.type) {
        case 'read':
          return shows(state, outcome.seen) ? state : undefined;
        case 'refused':
          return refuses(state, action, outcome.code) && (!outcome.seen || shows(state, outcome.seen)) ? state : undefined;
        case 'failed':
          return state;
        default:
      }
      if (action.type === 'get') return state; // a read without an answer says nothing
      if (action.guard !== undefined && !matches(state, action.guard)) return undefined;
      const answered = outcome.type === 'written';
      if (answered && outcome.removed && !shows(state, outcome.removed)) return undefined;
      if (action.type === 'delete' && state.value === undefined) return undefined;
      const revision = answered ? outcome.revision : action.type === 'put' ? told.get(action.value) : undefined;
      if (revision !== undefined && revision <= state.reached) return undefined;
      const reached = revision ?? state.reached;
      return action.type === 'put' ? { value: action.value, revision, reached } : { value: undefined, revision: 0, reached };
    },
  };
}

function shows({ value, revision }: Register, seen: Seen): boolean {
  return value === seen?.value && (revision === undefined || revision === (seen?.revision ?? 0));
}

/** Whether a guard may hold: what nobody was told of may have any revision that is not taken. */
function matches({ revision, reached }: Register, guard: number): boolean {
  return revision === undefined ? guard > reached : revision === guard;
}

function refuses(state: Register, action: Action, code: Refusal): boolean {
  const present = state.value !== undefined;
  const guard = action.type === 'get' ? undefined : action.guard;
  if (code === 'NotFound') return !present && (action.type === 'delete' || guard !== 0);
  if (code === 'Exists') return present && guard === 0;
  return present && guard !== undefined && guard !== 0 && state.revision !== guard;
}
