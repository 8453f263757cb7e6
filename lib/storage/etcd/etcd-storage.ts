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
import { Cluster } from './client/cluster.js';
import { Credentials, type User } from './client/credentials.js';
import { type Endpoint, endpointOf } from './client/endpoint.js';
import { Member } from './client/member.js';
import { makeCommit } from './commit.js';
import { entryOf } from './entries.js';
import { EntrySizes } from './entry-sizes.js';
import type { EtcdStorageOptions } from './etcd-options.js';
import { checkKey } from './key-range.js';
import { Leases } from './leases.js';
import { readPage } from './read-page.js';
import { EtcdWatch } from './watch/etcd-watch.js';
import { compact, range } from './wire/kv.js';
import { leaseGrant } from './wire/lease.js';

interface Open {
  readonly cluster: Cluster;
  readonly leases: Leases;
  readonly sizes: EntrySizes;
}

/** Milliseconds that `stop()` waits for calls under way. */
const STOP_PATIENCE = 1_000;

/**
 * A store in an etcd cluster (v3), which other processes may share.
 *
 * | what happens | what follows |
 * |---|---|
 * | the member that serves is gone or silent | the next one serves; reads under way are repeated there, writes under way end with `Unknown`; they may even land a little later |
 * | no member can be reached | calls fail with `Unavailable` at once, watches wait |
 * | a watch is lost | it goes on where it was, on another member |
 * | the history that a watch needs is compacted | it ends with `Compacted` |
 * | the user's token expires | a new one is fetched |
 * | etcd does not permit something | `Unsupported` |
 * | etcd is set back to a backup | nothing: a watch waits until its revision comes again. `CachedStorage` looks out for it |
 *
 * A commit is one transaction, so etcd's limits hold: 128 writes, and as many guards and deletes (`--max-txn-ops`), 1.5 MiB in all
 * (`--max-request-bytes`); more is `TooLarge`. Commits under way at the same time may land in another order than they were
 * called in. Values that come out share the bytes of the message they came in.
 *
 * A time to live is a lease of etcd, in whole seconds and two at least: the key goes up to a tenth of its time too late, and
 * a minute at most. A new leader of the cluster, and an etcd that is started again, count anew from the beginning.
 */
export class EtcdStorage implements Storage {
  readonly shared = true;
  readonly expires = true;
  readonly #options: EtcdStorageOptions;
  readonly #environment: Environment;
  readonly #logger: Logger;
  readonly #endpoints: readonly Endpoint[];
  readonly #user: User | undefined;
  readonly #watches = new Set<EtcdWatch>();
  readonly #lifecycle = new OnceLifecycle({ start: (signal) => this.#open(signal), stop: () => this.#close() });
  #opened: Open | undefined;

  /** Throws a TypeError for options that make no sense. */
  constructor(options: EtcdStorageOptions = {}) {
    const { endpoints = ['127.0.0.1:2379'], tls } = options;
    if (endpoints.length === 0) throw new TypeError('etcd needs an endpoint');
    this.#options = options;
    this.#environment = options.environment ?? systemEnvironment;
    this.#logger = options.logger ?? silentLogger;
    this.#endpoints = endpoints.map((endpoint) => endpointOf(endpoint, tls));
    this.#user = userOf(options);
  }

  /** Connects, authenticates and asks for the revision; rejects when that fails. */
  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  /** Waits a second for calls under way, then gives them up. */
  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  async get(key: string, { notBefore = 0 }: StorageReadOptions = {}): Promise<Entry | undefined> {
    const { cluster } = this.#running();
    checkKey(key);
    if (key === '') return undefined;
    const { kvs, revision } = await cluster.read(range, { key });
    checkReached(notBefore, revision);
    return kvs[0] && entryOf(kvs[0]);
  }

  async list(prefix: string, wanted: ListRange = {}): Promise<Page> {
    const page = await readPage(this.#running(), prefix, wanted);
    if (wanted.revision === undefined) checkReached(wanted.notBefore ?? 0, page.revision);
    return page;
  }

  async commit(writes: readonly Write[], guards: readonly Guard[] = []): Promise<Committed> {
    const { cluster, leases } = this.#running();
    if (writes.length + guards.length === 0) return { revision: await this.revision(), entries: [] };
    return makeCommit({ cluster, leases, since: this.#environment.monotonic() }, writes, guards);
  }

  watch(prefix: string, since: Revision, options: StorageWatchOptions = {}): Observable<Change> {
    return new Observable((subscriber) => {
      try {
        const { cluster } = this.#running();
        checkKey(prefix);
        const watch = new EtcdWatch(subscriber, {
          ...options,
          environment: this.#environment,
          logger: this.#logger,
          cluster,
          prefix,
          since,
        });
        this.#watches.add(watch);
        subscriber.add(() => {
          this.#watches.delete(watch);
          watch.close();
        });
        watch.open();
      } catch (error) {
        subscriber.error(error);
      }
    });
  }

  async revision(): Promise<Revision> {
    const { revision } = await this.#running().cluster.read(range, this.#probe);
    return revision;
  }

  async compact(before: Revision): Promise<void> {
    const { cluster } = this.#running();
    if (before <= 1) return; // nothing is older
    try {
      await cluster.read(compact, { revision: before });
    } catch (error) {
      if (!StorageError.is(error, 'Compacted')) throw error;
    }
  }

  get #probe(): { readonly key: string; readonly countOnly: true } {
    return { key: this.#options.probeKey ?? '/registry/', countOnly: true };
  }

  #running(): Open {
    if (this.#opened === undefined || !this.#lifecycle.running) throw unavailable();
    return this.#opened;
  }

  async #open(signal: AbortSignal): Promise<void> {
    const cluster = this.#newCluster();
    const abort = () => void cluster.stop(0);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await cluster.read(range, this.#probe);
      this.#opened = { cluster, leases: this.#newLeases(cluster), sizes: new EntrySizes() };
    } catch (error) {
      await cluster.stop(0);
      throw startError(error, this.#endpoints);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #newCluster(): Cluster {
    const {
      requestTimeout = 5_000,
      maxPendingBytes = 64 * 1024 * 1024,
      keepalive: { every = 1_000, timeout = 2_000 } = {},
    } = this.#options;
    const environment = this.#environment;
    const logger = this.#logger;
    const members = this.#endpoints.map((endpoint) => new Member(endpoint, { environment, logger, keepalive: { every, timeout } }));
    const credentials = new Credentials(this.#user, requestTimeout);
    return new Cluster({ members, credentials, environment, logger, requestTimeout, maxPendingBytes });
  }

  #newLeases(cluster: Cluster): Leases {
    return new Leases({
      environment: this.#environment,
      grant: (timeToLive) => cluster.read(leaseGrant, { timeToLive }), // one too many ends by itself
    });
  }

  async #close(): Promise<void> {
    for (const watch of [...this.#watches]) watch.fail(unavailable());
    await this.#opened?.cluster.stop(STOP_PATIENCE);
    this.#opened = undefined;
  }
}

function userOf({ username, password }: EtcdStorageOptions): User | undefined {
  if ((username === undefined) !== (password === undefined)) throw new TypeError('username and password of etcd go together');
  return username === undefined || password === undefined ? undefined : { username, password };
}

function checkReached(notBefore: Revision, revision: Revision): void {
  if (notBefore > revision) throw new StorageError('FutureRevision', `revision ${notBefore} is ahead of ${revision}`);
}

function unavailable(): StorageError {
  return new StorageError('Unavailable', 'the storage is not started, or stopped');
}

function startError(cause: unknown, endpoints: readonly Endpoint[]): StorageError {
  const code = StorageError.is(cause) ? cause.code : 'Unavailable';
  const names = endpoints.map(({ name }) => name).join(', ');
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StorageError(
    code,
    `cannot use etcd at ${names}: ${reason}. Is it running, and are endpoints, tls, username and password right?`,
    { cause },
  );
}
