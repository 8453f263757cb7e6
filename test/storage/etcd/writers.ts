import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { StorageError } from '../../../lib/storage/storage-error.js';
import type { Entry } from '../../../lib/storage/storage.js';
import { type StorageBed, textOf } from '../../../lib/testing/storage/storage-bed.js';
import { eventually } from '../../support/eventually.js';

/** What became of one write. */
interface Attempt {
  /** Written once only: `writer-number`. */
  readonly value: string;
  readonly outcome: 'done' | 'Unknown' | 'Unavailable';
  readonly revision: number | undefined;
}

/** Writers that overwrite a key each, one write after the other, while a test breaks the cluster under them. */
export class Writers {
  readonly attempts: Attempt[] = [];
  readonly #put: (name: string, value: string) => Promise<Entry>;
  readonly #bed: StorageBed;
  readonly #running: Promise<unknown>;
  #stopped = false;

  constructor(bed: StorageBed, count: number, put = (name: string, value: string) => bed.put(name, value)) {
    this.#bed = bed;
    this.#put = put;
    this.#running = Promise.all(Array.from({ length: count }, (_, writer) => this.#write(writer)));
  }

  /** How many writes have succeeded. */
  get done(): number {
    return this.attempts.filter(({ outcome }) => outcome === 'done').length;
  }

  /** Waits until so many more writes have succeeded. */
  async more(count: number): Promise<void> {
    const { done } = this;
    await eventually(() => this.done >= done + count, { timeout: 30_000 });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Compares what the writers were told with what a watch has seen, which is all that was written. */
  check(seen: readonly { readonly value: string; readonly revision: number }[]): void {
    const revisions = new Map(seen.map(({ value, revision }) => [value, revision]));
    assert.equal(revisions.size, seen.length, 'nothing is written twice');
    for (const { value, outcome, revision } of this.attempts) {
      if (outcome === 'done') assert.equal(revisions.get(value), revision, `${value} was acknowledged`);
      if (outcome === 'Unavailable') assert.equal(revisions.get(value), undefined, `${value} was refused`);
    }
    const known = new Set(this.attempts.map(({ value }) => value));
    for (const { value } of seen) assert.ok(known.has(value), `${value} was never written`);
  }

  async #write(writer: number): Promise<void> {
    const unknown = new Set<string | undefined>();
    for (let number = 0; !this.#stopped; number++) {
      const value = `${writer}-${number}`;
      const attempt = await this.#put(`writer-${writer}`, value).then(
        ({ revision }): Attempt => ({ value, outcome: 'done', revision }),
        (error: unknown): Attempt => ({ value, outcome: notDone(error), revision: undefined }),
      );
      this.attempts.push(attempt);
      if (attempt.outcome === 'Unknown') unknown.add(value);
      if (attempt.outcome === 'done') {
        const read = await this.#reread(writer);
        assert.ok(read === value || unknown.has(read), `read ${read} after ${value}`); // what is unknown may land later
      } else await pause(5); // the time in which others have their turn
    }
  }

  /** What it has written is there at once, unless nobody answers. */
  async #reread(writer: number): Promise<string | undefined> {
    for (;;) {
      try {
        return textOf(await this.#bed.get(`writer-${writer}`));
      } catch (error) {
        assert.ok(StorageError.is(error, 'Unavailable'), String(error));
        await pause(5);
      }
    }
  }
}

function notDone(error: unknown): 'Unknown' | 'Unavailable' {
  if (StorageError.is(error, 'Unknown')) return 'Unknown';
  assert.ok(StorageError.is(error, 'Unavailable'), String(error));
  return 'Unavailable';
}
