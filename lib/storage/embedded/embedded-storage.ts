/* eslint-disable @typescript-eslint/require-await -- the port answers with promises and rejects, it never throws */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { defer, type Observable, throwError } from 'rxjs';
import type { Environment } from '../../base/environment.js';
import { type Logger, silentLogger } from '../../base/logger.js';
import { OnceLifecycle } from '../../base/once-lifecycle.js';
import { systemEnvironment } from '../../base/system-environment.js';
import type { HistoryLimits } from '../memory/history.js';
import type { RevisionedTree } from '../memory/revisioned-tree.js';
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
import { Checkpointer } from './checkpointer.js';
import type { CommitLog } from './commit-log.js';
import { DirectoryLock } from './directory-lock.js';
import { diskError } from './disk-error.js';
import { GroupCommit } from './group-commit.js';
import { syncDirectory } from './files.js';
import { recover } from './recovery.js';

/** Options of {@link EmbeddedStorage}. */
export interface EmbeddedStorageOptions {
  /** Where the files are; made when absent. One process at a time, and a local disk. */
  readonly directory: string;
  /** Default: the real one. */
  readonly environment?: Environment | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  /** How much history can be read and watched from. Default: 100,000 commits, 64 MiB; after a restart, what the log still holds. */
  readonly history?: HistoryLimits | undefined;
  /** Bytes of keys and values in one commit; more is `TooLarge`. Default 64 MiB. */
  readonly maxCommitBytes?: number | undefined;
  /** Bytes of commits that may wait for the disk; more is refused as `Unavailable`. Default 256 MiB. */
  readonly maxPendingBytes?: number | undefined;
  /** Bytes of a log segment; the first ones are smaller. Space is taken a segment ahead. Default 16 MiB. */
  readonly segmentBytes?: number | undefined;
  /** Bytes of log at which a snapshot is made and the log cut; more once the data are larger. Default 64 MiB. */
  readonly checkpointBytes?: number | undefined;
}

interface Open {
  readonly lock: DirectoryLock;
  readonly tree: RevisionedTree;
  readonly log: CommitLog;
  readonly commits: GroupCommit;
  readonly checkpointer: Checkpointer;
}

const MIB = 1024 * 1024;

/**
 * A durable store in a directory of its own: no server, no native code.
 *
 * All values are in memory, in the tree that `MemoryStorage` uses, which serves every read and watch. A commit is
 * acknowledged, and seen by readers, once it is in the log on disk; commits under way at the same time share one write.
 * Snapshots keep the log short. What was acknowledged survives the end of the process and of the machine; a group that was
 * cut off by it is left out, damage anywhere else is refused as `Corrupt`.
 *
 * A watch is a push stream without a buffer, as in `MemoryStorage`.
 */
export class EmbeddedStorage implements Storage {
  readonly #options: EmbeddedStorageOptions;
  readonly #lifecycle = new OnceLifecycle({ start: () => this.#open(), stop: () => this.#close() });
  #opened: Open | undefined;

  constructor(options: EmbeddedStorageOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  /** Lets commits under way finish; later ones are refused. */
  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  async get(key: string, options?: StorageReadOptions): Promise<Entry | undefined> {
    return this.#running().tree.get(key, options);
  }

  async list(prefix: string, range?: ListRange): Promise<Page> {
    return this.#running().tree.list(prefix, range);
  }

  async commit(writes: readonly Write[], guards: readonly Guard[] = []): Promise<Committed> {
    return this.#running().commits.commit(writes, guards);
  }

  watch(prefix: string, since: Revision, options?: StorageWatchOptions): Observable<Change> {
    return defer(() => {
      try {
        return this.#running().tree.watch(prefix, since, options);
      } catch (error) {
        return throwError(() => error);
      }
    });
  }

  async revision(): Promise<Revision> {
    return this.#running().tree.head.revision;
  }

  async compact(before: Revision): Promise<void> {
    const { tree, commits } = this.#running();
    if (before <= tree.floor) return;
    if (before > tree.head.revision) throw new StorageError('FutureRevision', `revision ${before} is ahead of ${tree.head.revision}`);
    await commits.mark('compact', before, () => tree.compact(before));
  }

  #running(): Open {
    if (this.#opened === undefined || !this.#lifecycle.running)
      throw new StorageError('Unavailable', 'the storage is not started, or stopped');
    return this.#opened;
  }

  async #open(): Promise<void> {
    const { directory } = this.#options;
    try {
      const created = await mkdir(directory, { recursive: true, mode: 0o700 });
      if (created !== undefined) await syncDirectory(dirname(created));
      const lock = await DirectoryLock.acquire(directory);
      try {
        this.#opened = await this.#recover(lock);
      } catch (error) {
        await lock.release();
        throw error;
      }
    } catch (error) {
      throw diskError(`cannot open the storage in ${directory}`, error);
    }
    this.#opened.checkpointer.check();
  }

  async #recover(lock: DirectoryLock): Promise<Open> {
    const { directory, environment = systemEnvironment, logger = silentLogger, history, ...sizes } = this.#options;
    const { segmentBytes = 16 * MIB, checkpointBytes = 64 * MIB, maxCommitBytes = 64 * MIB, maxPendingBytes = 256 * MIB } = sizes;
    const { tree, log, snapshotBytes, torn } = await recover({ directory, environment, history, segmentBytes });
    if (torn) logger.info('left out a group of commits that was cut off when the last process ended', { directory });
    const checkpointer = new Checkpointer({ directory, environment, logger, tree, log, checkpointBytes, snapshotBytes });
    const limits = { commitBytes: maxCommitBytes, pendingBytes: maxPendingBytes };
    const commits = new GroupCommit({ log, tree, limits, onGroup: () => checkpointer.check() });
    return { lock, tree, log, commits, checkpointer };
  }

  async #close(): Promise<void> {
    if (this.#opened === undefined) return;
    const { lock, tree, log, commits, checkpointer } = this.#opened;
    // Comes after all commits under way. It marks the end of the log, so that damage to the last commits is known for what it
    // is; where it cannot be written, as on a full disk, such damage would count as torn.
    await commits.mark('close', tree.head.revision, () => undefined).catch(() => undefined);
    tree.end(new StorageError('Unavailable', 'the storage has been stopped'));
    this.#opened = undefined;
    await checkpointer.idle();
    await log.close();
    await lock.release();
  }
}
