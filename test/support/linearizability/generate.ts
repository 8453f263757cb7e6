import fc from 'fast-check';
import type { Action, History, Operation, Outcome, Scan, Seen } from './operation.js';

/** One operation of a history to be, at the place in the order where it takes effect. */
interface Step {
  readonly client: number;
  readonly key: number;
  readonly type: 'get' | 'put' | 'delete' | 'scan';
  readonly guard: 'none' | 'absent' | 'present' | 'old';
  /** By how many steps the call goes ahead of the effect, and the answer follows it. */
  readonly lead: number;
  readonly lag: number;
  /** `lost`: the answer never came, though it took effect. `dropped`: nor did it take effect. */
  readonly fate: 'answered' | 'lost' | 'dropped' | 'failed';
}

/** How {@link goodHistory} makes its histories. */
export interface GoodHistoryOptions {
  readonly maxLength: number;
  /** Default 3. */
  readonly keys?: number;
  /** Most steps between call and effect, and between effect and answer. Default 6. */
  readonly spread?: number;
  /** Default true. */
  readonly scans?: boolean;
}

/** Histories of a store that is right: operations take effect one by one, at some moment between call and answer. */
export function goodHistory({ maxLength, keys = 3, spread = 6, scans = true }: GoodHistoryOptions): fc.Arbitrary<History> {
  const step: fc.Arbitrary<Step> = fc.record({
    client: fc.nat(15),
    key: fc.nat(keys - 1),
    type: fc.constantFrom('get', 'get', 'put', 'put', 'put', 'delete', ...(scans ? (['scan'] as const) : [])),
    guard: fc.constantFrom('none', 'absent', 'present', 'present', 'old'),
    lead: fc.nat(spread),
    lag: fc.nat(spread),
    fate: fc.constantFrom(...Array<'answered'>(12).fill('answered'), 'lost', 'dropped', 'failed'),
  });
  return fc.array(step, { maxLength, size: 'max' }).map(historyOf);
}

function historyOf(steps: readonly Step[]): History {
  const clock = clockOf(steps);
  const store = new Store();
  const operations: Operation[] = [];
  const scans: Scan[] = [];
  for (const [i, step] of steps.entries()) {
    const base = { client: step.client, ...clock[i]! };
    if (step.type === 'scan') {
      scans.push({ ...base, ...store.scan() });
      continue;
    }
    const key = `/k${step.key}`;
    const action = actionOf(step, store, key, `v${i}`);
    operations.push({ ...base, key, action, outcome: outcomeOf(step, store, key, action) });
  }
  return { operations, scans };
}

/** Ticks of the calls and answers: in the order in which steps ask for them, no two the same. */
function clockOf(steps: readonly Step[]): { called: number; returned: number }[] {
  const events = steps.flatMap(({ lead, lag }, i) => [
    { i, at: i - lead - 0.25, what: 'called' as const },
    { i, at: i + lag + 0.25, what: 'returned' as const },
  ]);
  const clock = steps.map(() => ({ called: 0, returned: 0 }));
  for (const [tick, { i, what }] of events.sort((a, b) => a.at - b.at).entries()) clock[i]![what] = tick;
  return clock;
}

function actionOf({ type, guard }: Step, store: Store, key: string, value: string): Action {
  if (type === 'get' || type === 'scan') return { type: 'get' };
  const revision = { none: undefined, absent: 0, present: store.get(key)?.revision ?? 0, old: store.oldRevision(key) }[guard];
  return type === 'put' ? { type, value, guard: revision } : { type, guard: revision };
}

function outcomeOf({ fate }: Step, store: Store, key: string, action: Action): Outcome {
  if (action.type === 'get') return { type: 'read', seen: store.get(key) };
  if (fate === 'dropped') return { type: 'unknown' };
  if (fate === 'failed') return { type: 'failed' };
  const outcome = store.write(key, action);
  return fate === 'lost' ? { type: 'unknown' } : outcome;
}

/** A store, as simple as can be. */
class Store {
  readonly #entries = new Map<string, NonNullable<Seen>>();
  readonly #old = new Map<string, number>();
  #revision = 1;

  get(key: string): Seen {
    return this.#entries.get(key);
  }

  scan(): Pick<Scan, 'entries' | 'revision'> {
    return { entries: new Map(this.#entries), revision: this.#revision };
  }

  /** One that the key had before; 1, which none ever had, when there is none. */
  oldRevision(key: string): number {
    return this.#old.get(key) ?? 1;
  }

  write(key: string, action: Exclude<Action, { type: 'get' }>): Outcome {
    const seen = this.#entries.get(key);
    const { guard } = action;
    if (guard !== undefined && guard !== (seen?.revision ?? 0)) {
      return { type: 'refused', code: seen === undefined ? 'NotFound' : guard === 0 ? 'Exists' : 'Conflict', seen };
    }
    if (action.type === 'delete' && seen === undefined) return { type: 'refused', code: 'NotFound' };
    const revision = ++this.#revision;
    if (seen) this.#old.set(key, seen.revision);
    if (action.type === 'put') this.#entries.set(key, { value: action.value, revision });
    else this.#entries.delete(key);
    return action.type === 'put' ? { type: 'written', revision } : { type: 'written', revision, removed: seen };
  }
}
