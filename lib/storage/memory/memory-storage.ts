/* eslint-disable @typescript-eslint/require-await -- the port answers with promises and rejects, it never throws */
import { defer, type Observable, throwError } from 'rxjs';
import type { Environment } from '../../base/environment.js';
import { systemEnvironment } from '../../base/system-environment.js';
import { StorageError } from '../storage-error.js';
import type {
  Change,
  Committed,
  Entry,
  Guard,
  ListRange,
  Page,
  Revision,
  Storage,
  StorageReadOptions,
  StorageWatchOptions,
  Write,
} from '../storage.js';
import { committedOf, planCommit } from './commit-plan.js';
import type { HistoryLimits } from './history.js';
import { RevisionedTree } from './revisioned-tree.js';

/** Options of {@link MemoryStorage}. */
export interface MemoryStorageOptions {
  /** Default: the real one. Times `progress` changes and the age of history. */
  readonly environment?: Environment | undefined;
  /** How much history can be read and watched from. Default: 100,000 commits, 64 MiB. */
  readonly history?: HistoryLimits | undefined;
  /** Bytes of keys and values in one commit; more is `TooLarge`. Default 64 MiB. */
  readonly maxCommitBytes?: number | undefined;
}

/**
 * A store that lives in this object and is gone with it: for tests and for embedding. Started again after a stop it still
 * holds what it held.
 *
 * Commits are applied within the call of `commit`, and watches are called before it resolves. A watch is a push stream
 * without a buffer: its subscriber runs within the commit and must be quick; who is slow keeps a bounded buffer of his own
 * and, when that is full, unsubscribes and watches again from where he was, as long as history lasts.
 */
export class MemoryStorage implements Storage {
  readonly #tree: RevisionedTree;
  readonly #maxCommitBytes: number;
  #state: 'new' | 'running' | 'stopped' = 'new';

  constructor({ environment = systemEnvironment, history, maxCommitBytes = 64 * 1024 * 1024 }: MemoryStorageOptions = {}) {
    this.#tree = new RevisionedTree({ environment, history });
    this.#maxCommitBytes = maxCommitBytes;
  }

  async start(): Promise<void> {
    this.#state = 'running';
    this.#tree.resume();
  }

  async stop(): Promise<void> {
    if (this.#state !== 'running') return;
    this.#state = 'stopped';
    this.#tree.end(unavailable('stopped'));
  }

  async get(key: string, options?: StorageReadOptions): Promise<Entry | undefined> {
    return this.#running().get(key, options);
  }

  async list(prefix: string, range?: ListRange): Promise<Page> {
    return this.#running().list(prefix, range);
  }

  async commit(writes: readonly Write[], guards: readonly Guard[] = []): Promise<Committed> {
    const tree = this.#running();
    const plan = planCommit(tree.head, writes, guards, { commitBytes: this.#maxCommitBytes });
    tree.publish(plan);
    return committedOf(plan);
  }

  watch(prefix: string, since: Revision, options?: StorageWatchOptions): Observable<Change> {
    return defer(() => (this.#state === 'running' ? this.#tree.watch(prefix, since, options) : throwError(() => unavailable(this.#state))));
  }

  async revision(): Promise<Revision> {
    return this.#running().head.revision;
  }

  async compact(before: Revision): Promise<void> {
    this.#running().compact(before);
  }

  #running(): RevisionedTree {
    if (this.#state !== 'running') throw unavailable(this.#state);
    return this.#tree;
  }
}

function unavailable(state: string): StorageError {
  return new StorageError('Unavailable', state === 'new' ? 'the storage has not been started' : 'the storage has been stopped');
}
