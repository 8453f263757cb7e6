import type { Subscriber, Subscription } from 'rxjs';
import { Observable } from 'rxjs';
import type { Environment } from '../../base/environment.js';
import type { KubeObject } from '../../api/object.js';
import { expired } from '../../api/status-error.js';
import { StorageError } from '../../storage/storage-error.js';
import type { Change, Revision, Storage, StorageReadOptions } from '../../storage/storage.js';
import type { WatchEvent, WatchOptions } from '../registry.js';
import type { ObjectStore } from './object-store.js';
import { freshnessOf, patiently, revisionOf } from './resource-version.js';
import type { CompiledSelection } from './selection.js';
import { compileSelection } from './selection.js';
import { statusOf } from './storage-errors.js';

/** Milliseconds between bookmarks of a quiet watch. */
const BOOKMARK_EVERY = 60_000;

interface Surroundings {
  readonly storage: Storage;
  readonly environment: Environment;
}

/** Watches objects of one kind; see the port for the meaning of the options. */
export function watchObjects<T extends KubeObject>(
  store: ObjectStore<T>,
  surroundings: Surroundings,
  options: WatchOptions = {},
): Observable<WatchEvent<T>> {
  return new Observable((subscriber) => {
    const selection = compileSelection(store, options);
    const watch = new Watch(store, surroundings, options, selection, subscriber);
    subscriber.add(() => watch.end());
    watch.begin().catch((error: unknown) => subscriber.error(watchError(error, options)));
  });
}

class Watch<T extends KubeObject> {
  readonly #abort = new AbortController();
  #changes: Subscription | undefined;
  #progressed = false;

  constructor(
    private readonly store: ObjectStore<T>,
    private readonly surroundings: Surroundings,
    private readonly options: WatchOptions,
    private readonly selection: CompiledSelection<T>,
    private readonly subscriber: Subscriber<WatchEvent<T>>,
  ) {}

  async begin(): Promise<void> {
    const since = await this.#start();
    if (!this.subscriber.closed) this.#follow(since);
  }

  end(): void {
    this.#abort.abort();
    this.#changes?.unsubscribe();
  }

  /** Sends what comes before the changes; answers with the revision from which they count. */
  async #start(): Promise<Revision> {
    const { resourceVersion, sendInitialEvents } = this.options;
    const from = revisionOf(resourceVersion);
    if (sendInitialEvents ?? from === undefined) return this.#sendPresent(freshnessOf(resourceVersion));
    return from ?? this.surroundings.storage.revision();
  }

  async #sendPresent(freshness: StorageReadOptions): Promise<Revision> {
    const { store, selection, subscriber } = this;
    const read = () => store.list(selection.key ?? selection.prefix, freshness);
    const { entries, revision } = await patiently(this.surroundings, freshness.notBefore ?? 0, read, this.#abort);
    for (const entry of entries) {
      if (subscriber.closed) break;
      if (selection.key !== undefined && entry.key !== selection.key) continue;
      const object = store.codec.decode(entry);
      if (selection.matches(object)) subscriber.next({ type: 'ADDED', object });
    }
    if (this.options.allowBookmarks) subscriber.next({ type: 'BOOKMARK', resourceVersion: String(revision), initialEventsEnd: true });
    return revision;
  }

  #follow(since: Revision): void {
    const { selection, subscriber, options } = this;
    const progress = options.allowBookmarks ? { progressEvery: BOOKMARK_EVERY, progressRequests: options.progressRequests } : {};
    this.#changes = this.surroundings.storage.watch(selection.key ?? selection.prefix, since, progress).subscribe({
      next: (change) => this.#deliver(change),
      error: (error: unknown) => subscriber.error(watchError(error, options)),
      complete: () => subscriber.complete(),
    });
    if (subscriber.closed) this.#changes.unsubscribe();
  }

  #deliver(change: Change): void {
    const event = change.type === 'progress' ? this.#bookmark(change.revision) : this.#eventOf(change);
    if (event) this.subscriber.next(event);
  }

  /** The storage's first progress only says that the history is through. */
  #bookmark(revision: Revision): WatchEvent<T> | undefined {
    if (this.#progressed) return { type: 'BOOKMARK', resourceVersion: String(revision) };
    this.#progressed = true;
    return undefined;
  }

  #eventOf(change: Exclude<Change, { type: 'progress' }>): WatchEvent<T> | undefined {
    const { selection } = this;
    const { codec } = this.store;
    const { previous } = change;
    if (selection.key !== undefined && (previous ?? (change as { entry: { key: string } }).entry).key !== selection.key) return undefined;
    const had = previous !== undefined && (selection.everything || selection.matches(codec.decode(previous)));
    if (change.type === 'put') {
      const object = codec.decode(change.entry);
      if (selection.everything || selection.matches(object)) return { type: had ? 'MODIFIED' : 'ADDED', object };
    }
    return had ? { type: 'DELETED', object: codec.removed(previous, change.revision) } : undefined;
  }
}

function watchError(error: unknown, { resourceVersion }: WatchOptions): unknown {
  return StorageError.is(error, 'Compacted') ? expired(`too old resource version: ${resourceVersion}`) : statusOf(error);
}
