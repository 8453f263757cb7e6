import type { Revision } from '../storage.js';
import type { CommitPlan, KeyChange, Snapshot } from './commit-plan.js';

/** How much history a store keeps. What is older is forgotten with the next commit. */
export interface HistoryLimits {
  /** Commits. Default 100,000. */
  readonly count?: number | undefined;
  /** Bytes that history alone keeps alive: replaced and deleted values, and 1 KiB for each change. Default 64 MiB. */
  readonly bytes?: number | undefined;
  /** Milliseconds. Default: no limit by age. */
  readonly age?: number | undefined;
}

/** A commit in the history, linked to the one after it. */
export interface HistoryRecord extends CommitPlan {
  readonly bytes: number;
  readonly time: number;
  next: HistoryRecord | undefined;
}

/**
 * A bounded window of the latest commits, each with its snapshot.
 *
 * The first record is the floor: its snapshot can be read and everything after it can be watched, nothing before it.
 */
export class History {
  readonly #limits: Required<{ [K in keyof HistoryLimits]: number }>;
  #records: (HistoryRecord | undefined)[];
  #start = 0;
  #bytes = 0;
  #compacted: Revision = 0;

  constructor(base: Snapshot, { count = 100_000, bytes = 64 * 1024 * 1024, age = Infinity }: HistoryLimits = {}) {
    this.#limits = { count, bytes, age };
    this.#records = [{ ...base, changes: [], bytes: 0, time: -Infinity, next: undefined }];
  }

  /** The floor: what stood before the first commit that is remembered. */
  get first(): HistoryRecord {
    return this.#records[this.#start]!;
  }

  /** The latest commit. */
  get last(): HistoryRecord {
    return this.#records.at(-1)!;
  }

  /** Remembers a commit, and forgets old ones past the limits. */
  append(plan: CommitPlan, now: number): void {
    const record: HistoryRecord = { ...plan, bytes: weightOf(plan.changes), time: now, next: undefined };
    this.last.next = record;
    this.#records.push(record);
    this.#bytes += record.bytes;
    while (this.#isOver(now)) this.#forgetFirst();
  }

  /** The oldest revision that can be read and watched from. */
  get floor(): Revision {
    return Math.max(this.first.revision, this.#compacted);
  }

  /** The last commit at or before `revision`; `undefined` when it is forgotten. */
  at(revision: Revision): HistoryRecord | undefined {
    if (revision < this.floor) return undefined;
    let low = this.#start;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#records[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#records[low - 1];
  }

  /** Makes `revision` the floor. */
  forgetBefore(revision: Revision): void {
    this.#compacted = Math.max(this.#compacted, revision);
    while (this.first.next !== undefined && this.first.next.revision <= revision) this.#forgetFirst();
  }

  #isOver(now: number): boolean {
    const second = this.first.next;
    if (second === undefined) return false;
    const { count, bytes, age } = this.#limits;
    return this.#records.length - this.#start - 1 > count || this.#bytes > bytes || now - second.time > age;
  }

  #forgetFirst(): void {
    this.#records[this.#start++] = undefined;
    this.#bytes -= this.first.bytes;
    if (this.#start > 1024 && this.#start > this.#records.length / 2) {
      this.#records = this.#records.slice(this.#start);
      this.#start = 0;
    }
  }
}

function weightOf(changes: readonly KeyChange[]): number {
  let bytes = 0;
  for (const { previous } of changes) bytes += 1024 + (previous?.value.length ?? 0);
  return bytes;
}
