import { Observable } from 'rxjs';
import type { Environment } from '../../base/environment.js';
import { StorageError } from '../storage-error.js';
import type { Change, Entry, ListRange, Page, Revision, StorageReadOptions, StorageWatchOptions } from '../storage.js';
import type { CommitPlan, KeyChange, Snapshot } from './commit-plan.js';
import { History, type HistoryLimits, type HistoryRecord } from './history.js';
import { OrderedTree } from './ordered-tree.js';
import { type ChangeObserver, type HubWatch, WatchHub } from './watch-hub.js';

/** What {@link RevisionedTree} needs. */
export interface RevisionedTreeOptions {
  readonly environment: Environment;
  readonly history?: HistoryLimits | undefined;
  /** What it holds at first. Default: nothing, at revision 1. */
  readonly base?: Snapshot | undefined;
}

/**
 * The state of a store in memory: an ordered tree with a revision, a bounded window of its history, and its watches.
 *
 * One writer calls {@link publish}; any number read and watch. Everything is synchronous: a published commit has reached
 * every watch when `publish` returns, except when it was called from within a watch; then it follows in its turn.
 */
export class RevisionedTree {
  readonly #environment: Environment;
  readonly #history: History;
  readonly #hub = new WatchHub();
  /** The last commit that watches have seen. */
  #delivered: HistoryRecord;
  /** Where it stands without a commit of its own: see {@link advance}. */
  #advanced: Revision = 0;
  #delivering = false;
  #ended: StorageError | undefined;

  constructor({ environment, history, base = { revision: 1, tree: OrderedTree.empty } }: RevisionedTreeOptions) {
    this.#environment = environment;
    this.#history = new History(base, history);
    this.#delivered = this.#history.last;
  }

  /** The latest snapshot. */
  get head(): Snapshot {
    return this.#history.last;
  }

  /** The oldest revision that can be read and watched from. */
  get floor(): Revision {
    return this.#history.floor;
  }

  /** Open watches. */
  get watches(): number {
    return this.#hub.size;
  }

  /** The latest revision: that of {@link head}, or one that {@link advance} has told of. */
  get revision(): Revision {
    return Math.max(this.head.revision, this.#advanced);
  }

  /** The latest entry of a key. */
  get(key: string, { notBefore = 0 }: StorageReadOptions = {}): Entry | undefined {
    this.#checkReached(notBefore);
    return this.head.tree.get(key);
  }

  /** See `Storage.list`. */
  list(prefix: string, { limit = Infinity, after, revision, notBefore = 0 }: ListRange = {}): Page {
    if (revision === undefined) this.#checkReached(notBefore);
    const snapshot = revision === undefined ? { ...this.head, revision: this.revision } : this.snapshot(revision);
    const { tree } = snapshot;
    const start = tree.positionOf(prefix);
    const from = after === undefined ? start : Math.max(start, tree.positionAfter(after));
    const end = Math.max(from, tree.positionAfterPrefix(prefix));
    const to = Math.min(end, from + limit);
    return { entries: tree.slice(from, to), revision: revision ?? snapshot.revision, remaining: end - to };
  }

  /** The keys as of a revision; throws `Compacted` or `FutureRevision`. */
  snapshot(revision: Revision): Snapshot {
    this.#checkReached(revision);
    return this.#history.at(revision) ?? this.#throwCompacted(revision);
  }

  /** What the commit of exactly this revision changed, as long as it is remembered. */
  changesAt(revision: Revision): readonly KeyChange[] | undefined {
    const record = this.#history.at(revision);
    return record?.revision === revision ? record.changes : undefined;
  }

  /** Makes a commit visible: it must follow {@link head}. */
  publish(plan: CommitPlan): void {
    if (plan.revision <= this.head.revision) return; // a commit without writes
    this.#history.append(plan, this.#environment.monotonic());
    if (!this.#delivering) this.#deliver();
  }

  /** Says that no commit up to `revision` changes anything here: a store of which this is a part has come so far. */
  advance(revision: Revision): void {
    this.#advanced = Math.max(this.#advanced, revision);
  }

  /** See `Storage.compact`. */
  compact(before: Revision): void {
    this.#checkReached(before);
    this.#history.forgetBefore(before);
  }

  /** See `Storage.watch`. */
  watch(prefix: string, since: Revision, { progressEvery, progressRequests }: StorageWatchOptions = {}): Observable<Change> {
    return new Observable((subscriber) => {
      subscriber.add(this.subscribe(prefix, since, subscriber));
      const report = () => subscriber.next({ type: 'progress', revision: Math.max(since, this.revision) });
      if (progressEvery !== undefined && !subscriber.closed) subscriber.add(this.#progress(progressEvery, report));
      if (progressRequests !== undefined && !subscriber.closed) subscriber.add(progressRequests.subscribe(() => queueMicrotask(report))); // not amid a delivery
    });
  }

  /** The watch without RxJS: replays what came after `since`, then calls on every change; gives what closes it. */
  subscribe(prefix: string, since: Revision, observer: ChangeObserver & { readonly closed?: boolean }): () => void {
    const watch: HubWatch = { prefix, since, observer };
    const failure = this.#ended ?? this.#replay(watch);
    if (failure !== undefined) observer.error(failure);
    else if (!observer.closed) this.#hub.add(watch);
    return () => this.#hub.remove(watch);
  }

  /** Ends all watches with this error, and those yet to come until {@link resume}. */
  end(error: StorageError): void {
    this.#ended = error;
    this.#hub.end(error);
  }

  /** Allows watches again after {@link end}. */
  resume(): void {
    this.#ended = undefined;
  }

  /** Brings a new watch up to date, including what its own callbacks commit meanwhile. */
  #replay(watch: HubWatch & { readonly observer: { readonly closed?: boolean } }): StorageError | undefined {
    const { observer, prefix } = watch;
    if (watch.since >= this.head.revision) return undefined;
    const start = this.#history.at(watch.since);
    if (start === undefined) return compacted(watch.since, this.floor);
    for (let record = start.next; record !== undefined && !observer.closed; record = record.next) {
      for (const change of record.changes) {
        const { key } = change.type === 'put' ? change.entry : change.previous;
        if (key.startsWith(prefix) && !observer.closed) observer.next(change);
      }
      watch.since = Math.max(watch.since, record.revision);
      if (this.#ended) return this.#ended;
    }
    return undefined;
  }

  /** One loop delivers, however deep callbacks commit: every watch sees commits in order. */
  #deliver(): void {
    this.#delivering = true;
    try {
      for (let next = this.#delivered.next; next !== undefined; next = next.next) {
        this.#delivered = next;
        for (const change of next.changes) this.#hub.deliver(change);
      }
    } finally {
      this.#delivering = false;
    }
  }

  /** Calls now and then every so often; gives what stops it. */
  #progress(every: number, report: () => void): () => void {
    report();
    const again = () => {
      timer = this.#environment.timer(every, again, { unref: true });
      report();
    };
    let timer = this.#environment.timer(every, again, { unref: true });
    return () => timer.cancel();
  }

  #checkReached(revision: Revision): void {
    if (revision > this.revision) throw new StorageError('FutureRevision', `revision ${revision} is ahead of ${this.revision}`);
  }

  #throwCompacted(revision: Revision): never {
    throw compacted(revision, this.floor);
  }
}

function compacted(revision: Revision, floor: Revision): StorageError {
  return new StorageError('Compacted', `revision ${revision} is forgotten, the oldest kept one is ${floor}`);
}
