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
import { Mirror } from './mirror.js';
import { RevisionProbe } from './revision-probe.js';
import { WrittenValues } from './written-values.js';

/** Options of {@link CachedStorage}. */
export interface CachedStorageOptions {
  /** What is kept: keys that begin with it. Others are refused as `Unsupported`. Default `/registry/`. */
  readonly prefix?: string | undefined;
  /** Default: the real one. */
  readonly environment?: Environment | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  /** How much history can be read and watched from; it begins with the start. Default: 100,000 commits, 64 MiB. */
  readonly history?: HistoryLimits | undefined;
  /**
   * Entries that are asked for in one go while everything is loaded. Default 1,500: of larger pages more is left as garbage in
   * memory, smaller ones take longer.
   */
  readonly pageSize?: number | undefined;
  /**
   * Milliseconds that a read waits for the cache to catch up, before it fails with `Unavailable` (or `FutureRevision`, if it
   * asked for a revision that the store may not have); and that a commit waits to be seen here before it is answered all the
   * same. Default 3,000.
   */
  readonly patience?: number | undefined;
}

/**
 * Keeps all entries of another store in memory, and serves every list, get and watch from there.
 *
 * | call | what the engine sees of it |
 * |---|---|
 * | `start()` | its start, the entries in pages, then one watch for good |
 * | a read of the latest state, `revision()` | one `revision()`, shared by all readers that wait at the same time |
 * | a read of a past revision, or with `notBefore`; a watch | nothing |
 * | `commit`, `compact` | the same call |
 * | `stop()` | its stop: the engine belongs to the cache |
 *
 * Reads are as fresh as the engine's own: they ask it for its revision and wait until the cache has come so far (decision
 * 0003). A commit is answered when the cache has it, too, so that watches here have been called before. While the engine is
 * out of reach, watches stay open and are silent, reads with `notBefore` go on, and the others fail with `Unavailable`.
 */
export class CachedStorage implements Storage {
  readonly #engine: Storage;
  readonly #prefix: string;
  readonly #options: CachedStorageOptions;
  readonly #lifecycle = new OnceLifecycle({ start: (signal) => this.#open(signal), stop: () => this.#close() });
  readonly #written = new WrittenValues();
  readonly #probe: RevisionProbe;
  #abort = new AbortController();
  #mirror: Mirror | undefined;

  constructor(engine: Storage, options: CachedStorageOptions = {}) {
    this.#engine = engine;
    this.#prefix = options.prefix ?? '/registry/';
    this.#options = options;
    this.#probe = new RevisionProbe(() => this.#engineRevision(), options.environment ?? systemEnvironment);
  }

  get shared(): boolean | undefined {
    return this.#engine.shared;
  }

  get expires(): boolean | undefined {
    return this.#engine.expires;
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  async get(key: string, { notBefore }: StorageReadOptions = {}): Promise<Entry | undefined> {
    this.#running();
    this.#check(key);
    const tree = await this.#fresh(notBefore);
    return tree.get(key);
  }

  async list(prefix: string, range: ListRange = {}): Promise<Page> {
    const { tree } = this.#running();
    this.#check(prefix);
    const { revision, notBefore } = range;
    if (revision !== undefined && revision <= tree.revision) return tree.list(prefix, range);
    const fresh = await this.#fresh(revision === undefined ? notBefore : undefined);
    return fresh.list(prefix, range);
  }

  async commit(writes: readonly Write[], guards: readonly Guard[] = []): Promise<Committed> {
    const { mirror } = this.#running();
    for (const { key } of [...writes, ...guards]) this.#check(key);
    const forget = this.#written.add(writes);
    try {
      const committed = await this.#engine.commit(writes, guards);
      if (writes.length === 0) return committed;
      await mirror.seen(committed.revision);
      return withSharedEntries(committed, mirror.tree);
    } finally {
      forget();
    }
  }

  watch(prefix: string, since: Revision, options?: StorageWatchOptions): Observable<Change> {
    return defer(() => {
      try {
        const { tree } = this.#running();
        this.#check(prefix);
        return tree.watch(prefix, since, options);
      } catch (error) {
        return throwError(() => error);
      }
    });
  }

  async revision(): Promise<Revision> {
    this.#running();
    const tree = await this.#fresh(undefined);
    return tree.revision;
  }

  async compact(before: Revision): Promise<void> {
    const { mirror } = this.#running();
    await this.#engine.compact(before);
    if (!(await mirror.reach(before))) return; // what is loaded later has no history
    mirror.tree?.compact(before);
  }

  /** The copy once it is fresh enough: not older than a revision, or than the engine is now. */
  async #fresh(notBefore: Revision | undefined): Promise<RevisionedTree> {
    const present = this.#running().tree;
    if (notBefore !== undefined && notBefore <= present.revision) return present;
    const wanted = notBefore ?? (await this.#probe.latest());
    const { mirror } = this.#running();
    const reached = await mirror.reach(wanted);
    const { tree } = this.#running();
    if (reached) return tree;
    const message = `revision ${wanted} is ahead of the cache, which is at ${tree.revision}`;
    if (notBefore !== undefined && mirror.following) throw new StorageError('FutureRevision', message);
    if (mirror.following) mirror.doubt(message);
    throw new StorageError('Unavailable', message);
  }

  async #engineRevision(): Promise<Revision> {
    const { mirror, tree } = this.#running();
    const known = tree.revision;
    const revision = await this.#engine.revision();
    if (revision >= known) return revision;
    mirror.distrust();
    throw new StorageError('Unavailable', `the revision of the store has gone back from ${known} to ${revision}`);
  }

  #running(): { readonly mirror: Mirror; readonly tree: RevisionedTree } {
    const mirror = this.#mirror;
    if (mirror?.tree === undefined || !this.#lifecycle.running) {
      throw new StorageError('Unavailable', 'the storage is not started, or stopped');
    }
    return { mirror, tree: mirror.tree };
  }

  #check(key: string): void {
    if (key.startsWith(this.#prefix)) return;
    throw new StorageError('Unsupported', `${JSON.stringify(key)} lies outside of ${this.#prefix}`, { key });
  }

  async #open(signal: AbortSignal): Promise<void> {
    const { environment = systemEnvironment, logger = silentLogger, history, pageSize = 1_500, patience = 3_000 } = this.#options;
    const keep = (entry: Entry) => this.#written.keep(entry);
    this.#abort = new AbortController();
    signal.addEventListener('abort', () => this.#abort.abort(), { once: true });
    await this.#engine.start();
    const mirror = new Mirror({ engine: this.#engine, prefix: this.#prefix, environment, logger, history, pageSize, patience, keep });
    this.#mirror = mirror;
    await mirror.start(this.#abort.signal);
  }

  async #close(): Promise<void> {
    this.#abort.abort();
    await this.#mirror?.stop(new StorageError('Unavailable', 'the storage has been stopped'));
    this.#mirror = undefined;
    await this.#engine.stop();
  }
}

/** With the entries that reads and watches give, as far as they are the same. */
function withSharedEntries(committed: Committed, tree: RevisionedTree | undefined): Committed {
  const { revision } = committed;
  const changes = tree?.changesAt(revision);
  if (changes === undefined) return committed;
  const shared = new Map(
    changes.map((change) => (change.type === 'put' ? [change.entry.key, change.entry] : [change.previous.key, change.previous])),
  );
  return { revision, entries: committed.entries.map((entry) => shared.get(entry.key) ?? entry) };
}
