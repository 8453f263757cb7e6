import { Backoff } from '../../base/backoff.js';
import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import { pause } from '../../base/pause.js';
import { StorageError } from '../storage-error.js';
import type { Revision } from '../storage.js';
import { ChangeLog, type ChangeLogLimits, compacted, keyOf, type Logged, lost, meets } from './change-log.js';
import type { EtcdEvent, EtcdV2Client } from './etcd-v2-client.js';
import { Failure, REFUSED, Refusal } from './etcd-v2-error.js';
import { changeOf } from './key-change.js';
import type { KeyChange } from '../memory/commit-plan.js';
import { PastEvents } from './past-events.js';
import { StreamProbe } from './stream-probe.js';
import type { WatchRequest } from './watch-request.js';

/** What {@link ChangeFeed} needs. */
export interface ChangeFeedOptions {
  readonly client: EtcdV2Client;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly history?: ChangeLogLimits | undefined;
}

/** Where a watch goes. Called synchronously. */
export interface ChangeObserver {
  next(change: KeyChange): void;
  error(error: StorageError): void;
}

interface FeedWatch {
  readonly prefix: string;
  /** Changes up to here are not its business. */
  readonly since: Revision;
  readonly observer: ChangeObserver;
}

/** Milliseconds to wait for changes that are on their way. */
const PATIENCE = 1000;

const TOO_LATE = 'an event has come after it was thought not to exist';

/**
 * Every change of the store, from one watch of etcd's root that all watches share: so each event, whatever its key, moves
 * it forward, and it does not fall out of etcd's 1,000 events while its own keys are quiet.
 *
 * etcd streams events from now on only, and gives those of the past one at a time. So whenever a stream has been opened, the
 * events between the last known one and its beginning are fetched, before those that it brings are delivered.
 *
 * An index may belong to an event that no watch shows, such as one of etcd's own or of a hidden key. When nothing comes for
 * an index, and etcd remembers nothing of it either, it is taken for one of those; should an event arrive late after all,
 * all watches end with `Compacted`. A stream that leaves events out without a word is opened again: see {@link StreamProbe}.
 */
export class ChangeFeed {
  readonly #options: ChangeFeedOptions;
  readonly #abort = new AbortController();
  readonly #watches = new Set<FeedWatch>();
  readonly #past: PastEvents;
  #log: ChangeLog | undefined;
  #running: Promise<void> = Promise.resolve();
  /** Called at each change of the log's head. */
  #wake = new Set<() => void>();
  #filling: Promise<void> | undefined;
  #compacted: Revision = 0;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
    this.#past = new PastEvents({ ...options, onLate: () => this.#restart(this.head, TOO_LATE) });
  }

  /** Everything up to here has been delivered. */
  get head(): Revision {
    return this.#log?.head ?? 0;
  }

  /** Resolves when it knows of every change from now on; rejects with what the first attempt fails with. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#running = this.#run(reject);
      void this.#changed().then(resolve);
    });
  }

  /** Resolves when every change after `since` is known here. Throws Compacted, or Unavailable when it has been stopped. */
  async cover(since: Revision): Promise<ChangeLog> {
    for (;;) {
      this.#abort.signal.throwIfAborted();
      if (since < this.#compacted) throw compacted(since, this.#compacted);
      const log = this.#log!;
      if (since >= log.floor) return log;
      if (this.#filling !== undefined)
        await this.#filling.catch(() => undefined); // another's, and his the error
      else await (this.#filling = this.#fill(log, since).finally(() => (this.#filling = undefined)));
    }
  }

  /** Resolves when all that has been written so far has come, or is not to be waited for. */
  async settles(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      try {
        await this.reaches(await this.#options.client.index());
        return;
      } catch (error) {
        this.#options.logger.debug('etcd does not say how far it is; asked again when its watch is back', { error });
        await this.#changed();
      }
    }
  }

  /** Resolves to whether everything up to `revision` has come, after a while at the latest. */
  async reaches(revision: Revision): Promise<boolean> {
    let late = false;
    const timer = this.#options.environment.timer(PATIENCE, () => {
      late = true;
      this.#notify();
    });
    while (this.head < revision && !late && !this.#abort.signal.aborted) await this.#changed();
    timer.cancel();
    return this.head >= revision;
  }

  /** Replays what {@link cover} has made known, then calls on every change; gives what closes it. Throws Compacted where it is known no more. */
  subscribe(prefix: string, since: Revision, observer: ChangeObserver & { readonly closed?: boolean }): () => void {
    this.#abort.signal.throwIfAborted();
    const log = this.#log!;
    const watch: FeedWatch = { prefix, since: Math.max(since, log.head), observer };
    for (const change of log.after(since, prefix)) if (!observer.closed) observer.next(change);
    if (!observer.closed) this.#watches.add(watch);
    return () => void this.#watches.delete(watch);
  }

  /** Watches from before it end with Compacted from now on. */
  compact(before: Revision): void {
    this.#compacted = Math.max(this.#compacted, before);
  }

  /** Ends all watches with this error. */
  async stop(error: StorageError): Promise<void> {
    this.#abort.abort(error);
    this.#end(error);
    this.#notify();
    await this.#running;
  }

  async #run(failed: (error: unknown) => void): Promise<void> {
    const { environment, logger, client } = this.#options;
    const { signal } = this.#abort;
    const backoff = new Backoff({ first: 50, max: 1000, jitter: 0.5, environment });
    while (!signal.aborted) {
      const endpoint = client.preferred;
      try {
        await this.#follow(endpoint);
      } catch (error) {
        if (signal.aborted) return;
        if (this.#log === undefined) return failed(error);
        logger.info('the watch of etcd has ended; it goes on where it was', { error });
        client.avoid(endpoint);
        await pause(environment, backoff.next(), signal);
      }
    }
  }

  /** Follows one stream to its end. */
  async #follow(endpoint: number): Promise<void> {
    const { client } = this.#options;
    // The endpoint has then got at least as far as we have, unless the store has been replaced by another.
    const index = await client.index(endpoint);
    if (index < this.head) this.#restart(index, 'the store has gone back: it is another one');
    const stream = client.watch(endpoint);
    const close = () => stream.close();
    this.#abort.signal.addEventListener('abort', close);
    const probe = this.#probe(endpoint, stream);
    try {
      const opened = await stream.opened;
      if (this.#log === undefined) this.#log = new ChangeLog(opened, this.#options.history);
      else await this.#catchUp(endpoint, opened);
      this.#notify();
      stream.each((event) => this.#take(event));
      probe.live();
      const { head } = this;
      const reason = await stream.ended;
      if (reason) throw reason;
      if (this.head === head) throw new Failure('the watch has ended', true); // etcd ends one by itself after 5 minutes
    } finally {
      this.#abort.signal.removeEventListener('abort', close);
      probe.cancel();
      stream.close();
    }
  }

  /** Fetches what came between the log's head and the beginning of the stream. */
  async #catchUp(endpoint: number, opened: Revision): Promise<void> {
    if (this.head >= opened) return;
    try {
      for (const event of await this.#past.fetch(endpoint, this.head + 1, opened)) this.#take(event);
      this.#log!.advance(opened);
    } catch (error) {
      if (!Refusal.is(error, REFUSED.historyCleared)) throw error;
      this.#restart(opened, 'etcd has forgotten what happened meanwhile');
    }
  }

  /** Extends the log into the past. */
  async #fill(log: ChangeLog, since: Revision): Promise<void> {
    const { client } = this.#options;
    const { floor } = log;
    const endpoint = client.preferred;
    let events: readonly EtcdEvent[];
    try {
      events = await this.#past.fetch(endpoint, since + 1, floor);
    } catch (error) {
      if (Refusal.is(error, REFUSED.historyCleared)) throw compacted(since, floor);
      client.avoid(endpoint);
      throw error;
    }
    const changes = events.map(changeOf).filter((change) => change !== undefined);
    if (log === this.#log && log.floor === floor) log.prepend(since, changes);
  }

  #take(event: EtcdEvent): void {
    const log = this.#log!;
    const revision = event.node.modifiedIndex;
    if (revision <= log.head) return this.#restart(log.head, TOO_LATE);
    const change = changeOf(event);
    if (change === undefined) log.advance(revision);
    else {
      log.append(change);
      this.#deliver(change);
    }
    this.#notify();
  }

  #deliver(change: Logged): void {
    for (const watch of this.#watches) {
      if (change.revision <= watch.since) continue;
      if (change.type !== 'loss') {
        if (keyOf(change).startsWith(watch.prefix)) watch.observer.next(change);
      } else if (meets(change, watch.prefix)) {
        this.#watches.delete(watch);
        watch.observer.error(lost(change));
      }
    }
  }

  /** Ends all watches, which have a gap now, and begins anew at `revision`. */
  #restart(revision: Revision, why: string): void {
    this.#options.logger.warn('the history of etcd has a gap', { why, revision });
    this.#log = new ChangeLog(revision, this.#options.history);
    this.#end(new StorageError('Compacted', why));
  }

  #end(error: StorageError): void {
    const watches = [...this.#watches];
    this.#watches.clear();
    for (const { observer } of watches) observer.error(error);
  }

  #probe(endpoint: number, stream: WatchRequest): StreamProbe {
    const { client, environment } = this.#options;
    return new StreamProbe({
      client,
      environment,
      past: this.#past,
      endpoint,
      stream,
      head: () => this.head,
      advance: (revision) => this.#advance(revision),
      onAnswer: () => this.#notify(),
    });
  }

  #advance(revision: Revision): void {
    this.#log!.advance(revision);
    this.#notify();
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#wake.add(resolve));
  }

  #notify(): void {
    const wake = [...this.#wake];
    this.#wake.clear();
    for (const resolve of wake) resolve();
  }
}
