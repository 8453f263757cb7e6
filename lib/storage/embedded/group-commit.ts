import { StorageError } from '../storage-error.js';
import type { Committed, Guard, Write } from '../storage.js';
import { type CommitLimits, type CommitPlan, committedOf, planCommit, type Snapshot } from '../memory/commit-plan.js';
import type { RevisionedTree } from '../memory/revisioned-tree.js';
import { commitRecord, markRecord } from './commit-codec.js';
import type { CommitLog } from './commit-log.js';
import { type NewRecord, recordBytes } from './record.js';

/** What {@link GroupCommit} needs. */
export interface GroupCommitOptions {
  readonly log: CommitLog;
  readonly tree: RevisionedTree;
  readonly limits: CommitLimits & {
    /** Bytes of commits that may wait for the disk; more is refused as `Unavailable`. */
    readonly pendingBytes: number;
  };
  /** Called after each group. */
  readonly onGroup: () => void;
}

/** Something whose answer waits for the disk. */
interface Pending {
  /** What must be durable first; absent for an answer that only waits for those before it. */
  readonly record?: NewRecord;
  /** Runs once all up to here is durable: makes it visible and answers. */
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Bytes that are written in one go. */
const GROUP_BYTES = 4 * 1024 * 1024;

/**
 * Commits in groups: while one group is on its way to the disk, the next one gathers.
 *
 * A commit is checked at once, against the state that includes the commits still under way, and becomes visible and is
 * acknowledged when its group is durable. When a group fails, all that waits was planned on top of it and fails as well,
 * and the state goes back to what is durable. A refusal waits, too: what it tells of may not have happened yet.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #staged: Snapshot;
  #pending: Pending[] = [];
  #pendingBytes = 0;
  #running = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#staged = options.tree.head;
  }

  /** See `Storage.commit`. */
  commit(writes: readonly Write[], guards: readonly Guard[]): Promise<Committed> {
    const { tree, limits } = this.#options;
    return new Promise((resolve, reject) => {
      const plan = this.#plan(writes, guards);
      if (!('tree' in plan)) return this.#enqueue({ done: () => reject(plan), failed: reject });
      const answer = () => resolve(committedOf(plan));
      if (plan.changes.length === 0) return this.#enqueue({ done: answer, failed: reject });
      const record = commitRecord(plan);
      if (this.#pendingBytes + record.payloadBytes > limits.pendingBytes && this.#pending.length > 0) {
        return reject(new StorageError('Unavailable', `more than ${limits.pendingBytes} bytes wait for the disk`));
      }
      this.#staged = plan;
      const done = () => {
        tree.publish(plan);
        answer();
      };
      this.#enqueue({ record, done, failed: reject });
    });
  }

  /** Writes a mark into the log, behind all commits so far; `done` runs once it is durable. */
  mark(kind: 'compact' | 'close', revision: number, done: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const run = () => {
        done();
        resolve();
      };
      this.#enqueue({ record: markRecord(kind, revision), done: run, failed: reject });
    });
  }

  #plan(writes: readonly Write[], guards: readonly Guard[]): CommitPlan | StorageError {
    try {
      return planCommit(this.#staged, writes, guards, this.#options.limits);
    } catch (error) {
      if (StorageError.is(error)) return error;
      throw error;
    }
  }

  #enqueue(pending: Pending): void {
    this.#pending.push(pending);
    this.#pendingBytes += pending.record?.payloadBytes ?? 0;
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    await Promise.resolve(); // all commits of this turn share a group
    while (this.#pending.length > 0) {
      const through = await this.#writeGroup().catch((error: unknown) => this.#failAll(error));
      if (through !== undefined) this.#settle(through);
      this.#options.onGroup();
    }
    this.#running = false;
  }

  /** Writes what waits, up to a limit. Gives how many of the pending ones are through. */
  async #writeGroup(): Promise<number> {
    const group: NewRecord[] = [];
    let bytes = 0;
    let taken = 0;
    for (const { record } of this.#pending) {
      if (record !== undefined && bytes > 0 && bytes + recordBytes(record.payloadBytes) > GROUP_BYTES) break;
      taken++;
      if (record === undefined) continue;
      group.push(record);
      bytes += recordBytes(record.payloadBytes);
    }
    if (group.length === 0) return taken;
    const written = await this.#options.log.append(group);
    return written === group.length ? taken : this.#pending.findIndex(({ record }) => record === group[written]);
  }

  #settle(count: number): void {
    const through = this.#pending.splice(0, count);
    for (const { record, done } of through) {
      this.#pendingBytes -= record?.payloadBytes ?? 0;
      done();
    }
  }

  #failAll(error: unknown): undefined {
    const lost = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#staged = this.#options.tree.head;
    for (const { failed } of lost) failed(error);
  }
}
