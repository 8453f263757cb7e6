import { LruMap } from '../base/lru-map.js';
import type { Outcome } from './outcome.js';
import { causeText } from './wake.js';

/** Reconciles that are remembered of a key. */
const RUNS = 100;
/** Keys that are remembered. */
const KEYS = 1000;

/** One reconcile, as it is remembered. */
export interface RememberedRun extends Omit<Outcome, 'error' | 'verdict' | 'echoes' | 'key'> {
  /** What it threw, as a text. */
  readonly error?: string | undefined;
  /** Wakes that were dropped as echoes of what it wrote, while it ran and afterwards. */
  echoes: number;
}

/** The last reconciles of each key: what `explain` tells. Bounded: 100 of a key, of 1,000 keys. */
export class KeyHistory {
  readonly #runs = new LruMap<string, RememberedRun[]>(KEYS);

  add({ key, error, verdict: _, ...outcome }: Outcome): void {
    const run: RememberedRun = { ...outcome, ...(error === undefined ? {} : { error: textOf(error) }) };
    const runs = this.#runs.get(key);
    if (!runs) this.#runs.set(key, [run]);
    else if (runs.push(run) > RUNS) runs.shift();
  }

  /** The echo of something that the last run wrote has come after it. */
  echo(key: string): void {
    const last = this.#runs.get(key)?.at(-1);
    if (last) last.echoes += 1;
  }

  of(key: string): readonly RememberedRun[] {
    return this.#runs.get(key) ?? [];
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** A line for people: `2025-01-01T00:00:00.000Z changed pods default/a (version 7) → ran 12 ms → wrote pods default/a@8 → done`. */
export function runText(run: RememberedRun): string {
  const { at, causes, wakes, waited, ran, wrote, result, next, error, failures, echoes } = run;
  const more = wakes > causes.length ? ` and ${wakes - causes.length} more` : '';
  return [
    `${new Date(at).toISOString()} ${causes.map(causeText).join(', ')}${more}`,
    ...(wakes > 1 ? [`merged into one of ${wakes} wakes`] : []),
    ...(waited >= 1 ? [`waited ${Math.round(waited)} ms`] : []),
    `ran ${Math.round(ran * 10) / 10} ms`,
    ...wrote.map((what) => `wrote ${what}`),
    ...(echoes > 0 ? [`${echoes} own ${echoes === 1 ? 'echo' : 'echoes'} dropped`] : []),
    `${result}${next === undefined ? '' : `, next in ${Math.round(next)} ms`}${failures > 0 ? `, failure ${failures}` : ''}${error === undefined ? '' : `: ${error}`}`,
  ].join(' → ');
}
