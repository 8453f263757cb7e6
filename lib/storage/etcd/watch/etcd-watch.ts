import { Subscription } from 'rxjs';
import type { Subscriber } from 'rxjs';
import { Backoff } from '../../../base/backoff.js';
import type { Environment, Timer } from '../../../base/environment.js';
import type { Logger } from '../../../base/logger.js';
import { StorageError } from '../../storage-error.js';
import type { Change, Revision, StorageWatchOptions } from '../../storage.js';
import { CallFailure } from '../client/call-failure.js';
import type { Cluster, Connection } from '../client/cluster.js';
import type { MemberStream } from '../client/member.js';
import { EVERYTHING, prefixRange } from '../key-range.js';
import { decodeWatchResponse, encodeWatchRequest, WATCH_PATH, type WatchResponse } from '../wire/watch.js';
import { changesOf } from './changes.js';
import { CommitAssembler, type WatchedCommit } from './commit-assembler.js';
import { answersInOrder, ObservedProgress, type Progress, RequestedProgress } from './progress.js';

/** What an {@link EtcdWatch} needs. */
export interface EtcdWatchOptions extends StorageWatchOptions {
  readonly cluster: Cluster;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly prefix: string;
  readonly since: Revision;
}

/** A watch as etcd serves it, until it ends. */
interface Opened {
  readonly connection: Connection;
  readonly stream: MemberStream;
  readonly assembler: CommitAssembler;
  readonly progress: Progress;
  /** It watches all keys. */
  readonly wide: boolean;
}

const AGAIN = { first: 50, max: 1_000, jitter: 0.5 };
const WIDE =
  'a watch of all keys, without which this version cannot tell progress: let the user read them (etcdctl role grant-permission --prefix <role> read ""), or use etcd 3.4.25, 3.5.8 or later';
/** How etcd ends its reasons when it does not like the user; a token that has expired looks like a denial to some versions. */
const DENIALS = ['etcdserver: permission denied', 'etcdserver: invalid auth token', 'etcdserver: revision of auth store is old'];

/**
 * One watch of the storage: a stream of its own to one member, opened again on another when it ends.
 *
 * - It starts *at* the position, not after it, and drops what it has delivered: a start below etcd's oldest revision is
 *   refused, whereas one that is just that revision may lack a delete (it has been compacted).
 * - A watch that reports progress watches all keys where etcd cannot be asked for progress (see `ObservedProgress`).
 * - It has no buffer but for one commit that comes in fragments: who is slow holds up the stream, and etcd with it.
 */
export class EtcdWatch {
  readonly #options: EtcdWatchOptions;
  readonly #subscriber: Subscriber<Change>;
  readonly #prefix: Buffer;
  readonly #backoff: Backoff;
  readonly #extras = new Subscription();
  /** Everything up to it has been delivered. */
  #position: Revision;
  #opened: Opened | undefined;
  #closed = false;
  #retry: Timer | undefined;
  /** etcd has denied the watch, and the token has been renewed since. */
  #denied = false;

  constructor(subscriber: Subscriber<Change>, options: EtcdWatchOptions) {
    this.#subscriber = subscriber;
    this.#options = options;
    this.#prefix = Buffer.from(options.prefix);
    this.#backoff = new Backoff({ ...AGAIN, environment: options.environment });
    this.#position = Math.max(1, options.since); // an empty store is at 1
  }

  open(): void {
    const { progressEvery, progressRequests } = this.#options;
    if (progressEvery !== undefined) this.#askEvery(progressEvery);
    if (progressRequests !== undefined) this.#extras.add(progressRequests.subscribe(() => this.#opened?.progress.ask()));
    void this.#connect();
  }

  close(): void {
    this.#closed = true;
    this.#extras.unsubscribe();
    this.#retry?.cancel();
    this.#leave();
  }

  /** Ends the watch with this error. */
  fail(error: StorageError): void {
    this.close();
    this.#subscriber.error(error);
  }

  async #connect(): Promise<void> {
    const { cluster } = this.#options;
    let connection: Connection | undefined;
    try {
      connection = await cluster.connection();
      const wide = this.#wantsProgress && !answersInOrder(await connection.member.version());
      if (!this.#closed) this.#opened = this.#open(connection, wide);
    } catch (error) {
      this.#failed(error, connection);
    }
  }

  get #wantsProgress(): boolean {
    return this.#options.progressEvery !== undefined || this.#options.progressRequests !== undefined;
  }

  #open(connection: Connection, wide: boolean): Opened {
    const { environment, cluster, prefix } = this.#options;
    const observer = {
      next: (response: WatchResponse) => this.#take(response),
      failed: (failure: CallFailure) => this.#failed(failure, connection),
    };
    const stream = connection.member.stream(WATCH_PATH, decodeWatchResponse, connection.metadata, observer);
    const range = wide ? EVERYTHING : prefixRange(prefix);
    stream.write(encodeWatchRequest({ create: { ...range, startRevision: this.#position } }));
    const progress = new (wide ? ObservedProgress : RequestedProgress)({
      environment,
      position: () => this.#position,
      latest: () => cluster.latest,
      request: () => stream.write(encodeWatchRequest('progress')),
      report: () => this.#subscriber.next({ type: 'progress', revision: this.#position }),
    });
    return { connection, stream, assembler: new CommitAssembler(), progress, wide };
  }

  #take(response: WatchResponse): void {
    const { assembler, progress } = this.#opened!;
    if (response.canceled) return this.#canceled(response);
    if (response.created) {
      this.#denied = false;
      progress.opened(response.revision, this.#options.progressEvery !== undefined);
    } else if (response.events.length === 0) {
      this.#position = Math.max(this.#position, response.revision);
      progress.told();
    }
    for (const commit of assembler.add(response)) {
      if (this.#closed) return;
      this.#deliver(commit);
    }
  }

  #deliver(commit: WatchedCommit): void {
    const revision = commit[0]!.kv.modRevision;
    if (revision <= this.#position) return;
    const changes = changesOf(commit, this.#prefix);
    if (changes === undefined) {
      return this.fail(new StorageError('Compacted', `etcd has forgotten what was replaced at revision ${revision}`));
    }
    for (const change of changes) this.#subscriber.next(change);
    this.#position = revision;
    this.#opened?.progress.advanced();
  }

  #canceled({ compactRevision, cancelReason }: WatchResponse): void {
    const { connection, wide } = this.#opened!;
    if (compactRevision > 0) {
      return this.fail(new StorageError('Compacted', `revision ${this.#position} is forgotten, the oldest kept one is ${compactRevision}`));
    }
    const message = `${connection.member.name} has canceled the watch: ${cancelReason}`;
    if (!DENIALS.some((denial) => cancelReason.endsWith(denial))) return this.#failed(new CallFailure('lost', message), connection);
    const error = new StorageError('Unsupported', `etcd does not permit ${wide ? WIDE : `a watch of ${this.#options.prefix}`}`);
    this.#failed(new CallFailure(this.#denied ? error : 'token', message), connection);
    this.#denied = true;
  }

  /** Opens the watch again in a while, unless that is in vain. */
  #failed(error: unknown, connection: Connection | undefined): void {
    if (this.#closed) return;
    this.#leave();
    const final = error instanceof CallFailure ? error.outcome : error;
    if (final instanceof StorageError && final.code !== 'Unavailable') return this.fail(final);
    const { cluster, environment, logger, prefix } = this.#options;
    const delay = this.#backoff.next();
    logger.warn('a watch of etcd has ended, and is opened again', { error, delay, prefix, position: this.#position });
    this.#retry = environment.timer(delay, () => void this.#connect(), { unref: true });
    if (connection === undefined) return;
    if (final === 'token') cluster.forgetToken(connection);
    else cluster.moveOn(connection.member);
  }

  #leave(): void {
    this.#opened?.progress.close();
    this.#opened?.stream.close();
    this.#opened = undefined;
  }

  #askEvery(milliseconds: number): void {
    const again = () => {
      timer = this.#options.environment.timer(milliseconds, again, { unref: true });
      this.#opened?.progress.ask();
    };
    let timer = this.#options.environment.timer(milliseconds, again, { unref: true });
    this.#extras.add(() => timer.cancel());
  }
}
