import { Observable } from 'rxjs';
import type { Environment } from '../../base/environment.js';
import { type Logger, silentLogger } from '../../base/logger.js';
import { OnceLifecycle } from '../../base/once-lifecycle.js';
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
import { ChangeFeed } from './change-feed.js';
import type { ChangeLogLimits } from './change-log.js';
import { EtcdV2Client, type EtcdV2Connection } from './etcd-v2-client.js';
import { storageErrorOf } from './etcd-v2-error.js';
import { checkReached, KeyLister } from './key-lister.js';
import { KeySlots } from './key-slots.js';
import { KeyWriter } from './key-writer.js';
import { watchFeed } from './watch-feed.js';

/** Options of {@link EtcdV2Storage}. */
export interface EtcdV2StorageOptions extends EtcdV2Connection {
  /** Default: the real one. Times requests, `progress` changes and retries. */
  readonly environment?: Environment | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  /** How many changes are kept here for watches and for reads of the past, besides etcd's own 1,000. Default: 10,000, 64 MiB. */
  readonly history?: ChangeLogLimits | undefined;
}

interface Open {
  readonly client: EtcdV2Client;
  readonly feed: ChangeFeed;
  readonly slots: KeySlots;
  readonly writer: KeyWriter;
  readonly lister: KeyLister;
}

/**
 * A store in etcd by its v2 API, in the classic layout: `curl http://127.0.0.1:4001/v2/keys/registry/minions/` shows the
 * objects as JSON. Needs the package node-etcd, and an etcd that serves that API (3.4 with `--enable-v2=true`).
 *
 * A revision is etcd's index. Several processes may share one etcd, and other programs may keep their own data beside.
 *
 * What etcd v2 cannot do is refused as `Unsupported`: commits of several keys, guards on another key than the written one,
 * values that are not UTF-8 text. Besides:
 *
 * - etcd keeps the last 1,000 events, whoever made them. A watch, or a read of the past, from before them is `Compacted`,
 *   unless this process has seen what happened since. The latest state is always there.
 * - etcd leaves events out of a watch when too many come at once. That is found out within some seconds: the watch then goes on
 *   where it was, or ends with `Compacted` when there were more than 1,000.
 * - Commits under way at the same time may land in another order than they were called in.
 * - A page of a list costs etcd as much as the whole list.
 * - `compact` concerns this process alone: etcd forgets by itself.
 * - Directories stay when they are empty. Who removes one by hand, with what is in it, ends the watches of it with
 *   `Compacted`, as etcd does not tell which keys are gone.
 * - With etcd's authentication, the user must be allowed to read everything, as all watches share one of etcd's root.
 */
export class EtcdV2Storage implements Storage {
  readonly shared = true;
  readonly #options: EtcdV2StorageOptions;
  readonly #environment: Environment;
  readonly #lifecycle = new OnceLifecycle({ start: () => this.#open(), stop: () => this.#close() });
  readonly #commits = new Set<Promise<unknown>>();
  #opened: Open | undefined;

  constructor(options: EtcdV2StorageOptions = {}) {
    this.#options = options;
    this.#environment = options.environment ?? systemEnvironment;
  }

  /** Rejects with `Unsupported` when node-etcd is not installed or etcd does not serve its v2 API, with `Unavailable` when it is out of reach. */
  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  /** Lets commits under way finish. */
  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  get(key: string, { notBefore }: StorageReadOptions = {}): Promise<Entry | undefined> {
    return this.#ask(async ({ slots }) => {
      if (notBefore !== undefined) {
        const near = await slots.find(key, false);
        if (near.index >= notBefore) return near.entry;
      }
      const { index, entry } = await slots.find(key);
      checkReached(notBefore ?? 0, index);
      return entry;
    });
  }

  list(prefix: string, range?: ListRange): Promise<Page> {
    return this.#ask(({ lister }) => lister.list(prefix, range));
  }

  async commit(writes: readonly Write[], guards: readonly Guard[] = []): Promise<Committed> {
    const commit = this.#ask(({ writer }) => writer.commit(writes, guards));
    this.#commits.add(commit);
    try {
      return await commit;
    } finally {
      this.#commits.delete(commit);
    }
  }

  watch(prefix: string, since: Revision, options?: StorageWatchOptions): Observable<Change> {
    return new Observable((subscriber) => {
      try {
        return watchFeed(this.#running().feed, { prefix, since, environment: this.#environment, ...options }, subscriber);
      } catch (error) {
        return subscriber.error(error);
      }
    });
  }

  revision(): Promise<Revision> {
    return this.#ask(({ client }) => client.index());
  }

  /** Of this process's own memory; etcd forgets by itself. */
  compact(before: Revision): Promise<void> {
    return this.#ask(async ({ client, feed }) => {
      checkReached(before, await client.index());
      feed.compact(before);
    });
  }

  async #ask<T>(call: (open: Open) => Promise<T>): Promise<T> {
    try {
      return await call(this.#running());
    } catch (error) {
      throw storageErrorOf(error);
    }
  }

  #running(): Open {
    if (this.#opened === undefined || !this.#lifecycle.running) throw stopped();
    return this.#opened;
  }

  async #open(): Promise<void> {
    const { logger = silentLogger, history, ...connection } = this.#options;
    const environment = this.#environment;
    const client = await EtcdV2Client.load(connection, environment);
    const feed = new ChangeFeed({ client, environment, logger, history });
    const slots = new KeySlots(client);
    this.#opened = { client, feed, slots, writer: new KeyWriter(slots), lister: new KeyLister(client, feed) };
    try {
      await client.index(); // finds an endpoint that serves
      await feed.start();
    } catch (error) {
      throw storageErrorOf(error);
    }
  }

  async #close(): Promise<void> {
    if (this.#opened === undefined) return;
    const { client, feed } = this.#opened;
    const ended = feed.stop(stopped());
    await Promise.allSettled(this.#commits);
    client.close();
    await ended;
    this.#opened = undefined;
  }
}

function stopped(): StorageError {
  return new StorageError('Unavailable', 'the storage is not started, or stopped');
}
