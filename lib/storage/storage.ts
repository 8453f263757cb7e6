import type { Observable } from 'rxjs';
import type { Lifecycle } from '../base/lifecycle.js';

/** Number of a commit. Starts at 1 in an empty store, grows by one or more a commit, is never reused. A safe integer. */
export type Revision = number;

/** A key, its value, and the commit that last wrote it. Immutable: neither the entry nor its bytes change. */
export interface Entry {
  readonly key: string;
  /** UTF-8 JSON of the object. Shared: never write into it. */
  readonly value: Uint8Array;
  /** The commit that wrote this value. */
  readonly revision: Revision;
}

/** One write of a commit. */
export type Write = Put | { readonly type: 'delete'; readonly key: string };

/** A write that makes or replaces a key. */
export interface Put {
  readonly type: 'put';
  readonly key: string;
  readonly value: Uint8Array;
  /**
   * Seconds, more than 0, that the key lives: they count from the call of `commit`. The store deletes it not before they have passed, and
   * some time after (its docs say when), by a commit of its own, of which watches hear as of any other. Every put sets it anew.
   * Default: the key stays until it is deleted, also if the put before had a time. Refused as `Unsupported` unless the store {@link Storage.expires}.
   */
  readonly timeToLive?: number | undefined;
}

/** What must be true of a key for a commit to happen: its last revision, or 0 for "absent". */
export interface Guard {
  readonly key: string;
  readonly revision: Revision;
}

/** The outcome of a commit. */
export interface Committed {
  /** The revision of all its writes. */
  readonly revision: Revision;
  /** By write: the new entry of a put, the removed one of a delete. */
  readonly entries: readonly Entry[];
}

/** How fresh a read must be. */
export interface StorageReadOptions {
  /**
   * Any state that is not older than this revision will do; 0: whatever is at hand. Default: the latest, linearizable.
   *
   * It lets a store that keeps a copy answer without asking its source. The latest is always a good answer too. Throws
   * `FutureRevision` when the store has not got so far: a store that has all commits itself at once, one that follows
   * another only after it has waited for a while.
   */
  readonly notBefore?: Revision | undefined;
}

/** Which part of a prefix to read. */
export interface ListRange extends StorageReadOptions {
  /** At most so many entries. Default: all. */
  readonly limit?: number | undefined;
  /** Only keys after this one (exclusive), in byte order. */
  readonly after?: string | undefined;
  /** The snapshot to read; goes before `notBefore`. Default: the latest, linearizable. Throws `Compacted` or `FutureRevision`. */
  readonly revision?: Revision | undefined;
}

/** Entries in byte order of their keys, all as of `revision`. */
export interface Page {
  readonly entries: readonly Entry[];
  /** The snapshot that was read: every commit up to it is seen, none after it. */
  readonly revision: Revision;
  /** How many entries of the prefix follow the last one given. 0 on the last page. */
  readonly remaining: number;
}

/**
 * What a watch delivers.
 *
 * `progress` says that everything up to `revision` has been delivered, so it must never overtake a change; it comes once
 * right after the history since the start has been replayed, then at least every `progressEvery` while nothing else happens,
 * and when it is asked for by `progressRequests`.
 */
export type Change =
  | { readonly type: 'put'; readonly revision: Revision; readonly entry: Entry; readonly previous?: Entry | undefined }
  | { readonly type: 'delete'; readonly revision: Revision; readonly previous: Entry }
  | { readonly type: 'progress'; readonly revision: Revision };

/** What {@link Storage.watch} takes besides prefix and start. */
export interface StorageWatchOptions {
  /** Milliseconds between `progress` changes on a quiet watch. Default: no `progress` changes at all, not even the first. */
  readonly progressEvery?: number | undefined;
  /**
   * Each value asks for a `progress` change as soon as one can be told. Default: nobody asks.
   *
   * The answer may be older than the asker hopes for (a member of a cluster may lag behind); then he asks again. Several
   * values may get one answer, and an adapter that cannot serve them ignores them. (etcd before 3.4.25 and 3.5.8 sends
   * the progress that a client requests ahead of changes it covers: issue 15220 of etcd. There it must not be passed on.)
   */
  readonly progressRequests?: Observable<unknown> | undefined;
}

/**
 * Ordered key–value store beneath the registries, with one global revision.
 *
 * Each commit takes the next {@link Revision}, and every watcher sees commits in that order. All methods throw
 * {@link StorageError} alone; before `start()` and after `stop()` with code `Unavailable`. `stop()` ends open watches with
 * `Unavailable`. Adapters sit in the folders next to this file and must pass `storageConformance`.
 */
export interface Storage extends Lifecycle {
  /** Whether other processes may write to the same keys. Default false. */
  readonly shared?: boolean | undefined;
  /** Whether a put may have a {@link Put.timeToLive}. Default false. */
  readonly expires?: boolean | undefined;
  /** Latest entry, linearizable unless the options say otherwise; `undefined` when absent. */
  get(key: string, options?: StorageReadOptions): Promise<Entry | undefined>;
  /** One page of the keys that begin with `prefix`, all as of one revision. */
  list(prefix: string, range?: ListRange): Promise<Page>;
  /**
   * All writes or none, at the next revision, if every guard still holds; resolves once durable.
   *
   * A put without a guard overwrites. A delete of an absent key throws `NotFound`. One key may be written once in a commit.
   */
  commit(writes: readonly Write[], guards?: readonly Guard[]): Promise<Committed>;
  /**
   * Every change under `prefix` made after `since`, exactly once, in revision order.
   *
   * The changes of one commit come in one go: synchronously, one after the other, with nothing in between. So who has them
   * all can tell: once his caller has returned, or another revision has come.
   *
   * Cold: subscribing opens a watch, unsubscribing closes it. `since` may lie in the future: changes up to it are not
   * delivered. Errors with `Compacted` rather than leave a gap; the caller must then list again.
   */
  watch(prefix: string, since: Revision, options?: StorageWatchOptions): Observable<Change>;
  /** The latest revision, linearizable. */
  revision(): Promise<Revision>;
  /** Forgets history before `before`: reads and watches from an older revision then fail with `Compacted`. Current values stay. */
  compact(before: Revision): Promise<void>;
}
