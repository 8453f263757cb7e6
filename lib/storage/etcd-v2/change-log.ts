import type { HistoryLimits } from '../memory/history.js';
import type { KeyChange } from '../memory/commit-plan.js';
import { StorageError } from '../storage-error.js';
import type { Entry, Revision } from '../storage.js';
import type { Loss } from './key-change.js';

/** What a log keeps, oldest first. */
export type Logged = KeyChange | Loss;

/** How many changes are kept. */
export type ChangeLogLimits = Pick<HistoryLimits, 'count' | 'bytes'>;

/** Every change after `floor` and up to `head`, without a gap; bounded: the oldest go first. */
export class ChangeLog {
  readonly #limits: { readonly count: number; readonly bytes: number };
  #changes: Logged[] = [];
  #bytes = 0;
  #floor: Revision;
  #head: Revision;

  constructor(head: Revision, { count = 10_000, bytes = 64 * 1024 * 1024 }: ChangeLogLimits = {}) {
    this.#limits = { count, bytes };
    this.#floor = this.#head = head;
  }

  /** Every change after it is here. */
  get floor(): Revision {
    return this.#floor;
  }

  /** The revision up to which all changes are here. */
  get head(): Revision {
    return this.#head;
  }

  append(change: Logged): void {
    this.#head = change.revision;
    this.#changes.push(change);
    this.#bytes += weightOf(change);
    if (this.#isOver()) this.#trim();
  }

  /** Says that nothing has changed up to `revision`. */
  advance(revision: Revision): void {
    this.#head = Math.max(this.#head, revision);
  }

  /** Puts older changes, all that there were after `floor`, before those that are here. They stay until the next one is appended. */
  prepend(floor: Revision, changes: readonly Logged[]): void {
    this.#floor = floor;
    this.#changes = [...changes, ...this.#changes];
    for (const change of changes) this.#bytes += weightOf(change);
  }

  /** The changes after `since` to keys that begin with `prefix`; throws Compacted when they are not all known. */
  after(since: Revision, prefix: string): KeyChange[] {
    if (since < this.#floor) throw compacted(since, this.#floor);
    const changes: KeyChange[] = [];
    for (let i = this.#indexAfter(since); i < this.#changes.length; i++) {
      const change = this.#changes[i]!;
      if (change.type !== 'loss') {
        if (keyOf(change).startsWith(prefix)) changes.push(change);
      } else if (meets(change, prefix)) throw lost(change);
    }
    return changes;
  }

  /** The entries, which are those of `prefix` at `revision`, as they were at `since`. */
  rewind(entries: readonly Entry[], revision: Revision, since: Revision, prefix: string): Entry[] {
    const keys = new Map(entries.map((entry) => [entry.key, entry]));
    const changes = this.after(since, prefix).filter((change) => change.revision <= revision);
    for (const change of changes.reverse()) {
      if (change.previous === undefined) keys.delete(keyOf(change));
      else keys.set(keyOf(change), change.previous);
    }
    return [...keys.values()];
  }

  #indexAfter(revision: Revision): number {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#changes[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isOver(): boolean {
    return this.#changes.length > this.#limits.count || this.#bytes > this.#limits.bytes;
  }

  /** Down to three quarters, so that the array is not copied for every change. */
  #trim(): void {
    const { count, bytes } = this.#limits;
    let gone = 0;
    for (; gone < this.#changes.length - 1; gone++) {
      if (this.#changes.length - gone <= count * 0.75 && this.#bytes <= bytes * 0.75) break;
      this.#bytes -= weightOf(this.#changes[gone]!);
      this.#floor = this.#changes[gone]!.revision;
    }
    this.#changes = this.#changes.slice(gone);
  }
}

/** The key that a change is about. */
export function keyOf(change: KeyChange): string {
  return change.type === 'put' ? change.entry.key : change.previous.key;
}

/** Whether keys that begin with `prefix` may be lost. */
export function meets(loss: Loss, prefix: string): boolean {
  return loss.prefix.startsWith(prefix) || prefix.startsWith(loss.prefix);
}

/** Why a watch cannot go past a loss. */
export function lost({ prefix, revision }: Loss): StorageError {
  return new StorageError('Compacted', `all keys of ${prefix} were removed at revision ${revision}, and etcd does not say which they were`);
}

export function compacted(since: Revision, floor: Revision): StorageError {
  return new StorageError('Compacted', `revision ${since} is forgotten, the oldest kept one is ${floor}`);
}

function weightOf(change: Logged): number {
  if (change.type === 'loss') return 256;
  return 512 + (change.type === 'put' ? change.entry.value.length : 0) + (change.previous?.value.length ?? 0);
}
