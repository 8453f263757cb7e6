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
export type Write =
  { readonly type: 'put'; readonly key: string; readonly value: Uint8Array } | { readonly type: 'delete'; readonly key: string };

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

/** Which part of a prefix to read. */
export interface ListRange {
  /** At most so many entries. Default: all. */
  readonly limit?: number | undefined;
  /** Only keys after this one (exclusive), in byte order. */
  readonly after?: string | undefined;
  /** The snapshot to read. Default: the latest, linearizable. Throws `Compacted` or `FutureRevision`. */
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
 * `progress` says that everything up to `revision` has been delivered; it comes once right after the history since the
 * start has been replayed, and then at least every `progressEvery` while nothing else happens.
 */
export type Change =
  | { readonly type: 'put'; readonly revision: Revision; readonly entry: Entry; readonly previous?: Entry | undefined }
  | { readonly type: 'delete'; readonly revision: Revision; readonly previous: Entry }
  | { readonly type: 'progress'; readonly revision: Revision };

/** What {@link Storage.watch} takes besides prefix and start. */
export interface StorageWatchOptions {
  /** Milliseconds between `progress` changes on a quiet watch. Default: no `progress` changes at all, not even the first. */
  readonly progressEvery?: number | undefined;
}

/**
 * Ordered key–value store beneath the registries, with one global revision.
 *
 * Each commit takes the next {@link Revision}, and every watcher sees commits in that order. All methods throw
 * {@link StorageError} alone; before `start()` and after `stop()` with code `Unavailable`. `stop()` ends open watches with
 * `Unavailable`. Adapters sit in the folders next to this file and must pass `storageConformance`.
 */
export interface Storage extends Lifecycle {
  /** Latest entry, linearizable; `undefined` when absent. */
  get(key: string): Promise<Entry | undefined>;
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
   * Cold: subscribing opens a watch, unsubscribing closes it. `since` may lie in the future: changes up to it are not
   * delivered. Errors with `Compacted` rather than leave a gap; the caller must then list again.
   */
  watch(prefix: string, since: Revision, options?: StorageWatchOptions): Observable<Change>;
  /** The latest revision, linearizable. */
  revision(): Promise<Revision>;
  /** Forgets history before `before`: reads and watches from an older revision then fail with `Compacted`. Current values stay. */
  compact(before: Revision): Promise<void>;
}
