import type { Observable, Subscription } from 'rxjs';
import type { Lifecycle } from '../base/lifecycle.js';
import type { ReportError } from '../base/streams/hot.js';
import { Hot } from '../base/streams/hot.js';
import type { Catalog } from '../api/catalog.js';
import type { KubeObject } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import type { CacheReader, Caches } from './cache.js';

/** What {@link CatalogCaches} take. */
export interface CatalogCachesOptions {
  readonly catalog: Catalog;
  readonly caches: Caches;
  /** Which kinds. Default: all that can be listed and watched; others never are among them. */
  readonly includes?: ((definition: ResourceDefinition) => boolean) | undefined;
  /** Where faults of subscribers go. */
  readonly report: ReportError;
}

/** A cache came or went with its kind. */
export interface CatalogCachesChange {
  readonly type: 'added' | 'removed';
  readonly cache: CacheReader<KubeObject>;
}

/**
 * The shared caches of all kinds of a catalog, as kinds come and go while it runs: one a stored kind, whatever its versions and
 * groups, under the version that stands first in discovery.
 */
export class CatalogCaches implements Lifecycle {
  /** Hot: each change after `all` shows it. What is there at `start()` comes too. */
  readonly changes: Observable<CatalogCachesChange>;
  readonly #options: CatalogCachesOptions;
  readonly #hot: Hot<CatalogCachesChange>;
  readonly #byPrefix = new Map<string, CacheReader<KubeObject>>();
  readonly #unsynced = new Set<CacheReader<KubeObject>>();
  readonly #waiting = new Set<() => void>();
  #all: readonly CacheReader<KubeObject>[] | undefined;
  #subscription: Subscription | undefined;

  constructor(options: CatalogCachesOptions) {
    this.#options = options;
    this.#hot = new Hot(options.report);
    this.changes = this.#hot.observable;
  }

  start(): Promise<void> {
    this.#subscription ??= this.#options.catalog.changes.subscribe(({ definition }) => this.#look(definition.storagePrefix));
    for (const prefix of new Set(this.#options.catalog.definitions.map((one) => one.storagePrefix))) this.#look(prefix);
    return Promise.resolve();
  }

  /** The caches stay: they are shared. */
  stop(): Promise<void> {
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    return Promise.resolve();
  }

  /** The same array until a kind comes or goes. */
  get all(): readonly CacheReader<KubeObject>[] {
    this.#all ??= [...this.#byPrefix.values()];
    return this.#all;
  }

  /** The cache of the stored kind that this is a version of; undefined when it is not among them. */
  cacheOf(definition: Pick<ResourceDefinition, 'storagePrefix'>): CacheReader<KubeObject> | undefined {
    return this.#byPrefix.get(definition.storagePrefix);
  }

  /** Whether all have had their first list. */
  get isSynced(): boolean {
    return this.#unsynced.size === 0;
  }

  /** Resolves when all have had their first list, those added meanwhile too. Rejects with the signal's reason. */
  synced(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      if (this.isSynced) return resolve();
      const abort = () => {
        this.#waiting.delete(done);
        reject(signal?.reason as Error);
      };
      const done = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      this.#waiting.add(done);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Follows what the catalog says of one stored kind now. */
  #look(prefix: string): void {
    const { catalog, includes = () => true } = this.#options;
    const wanted = catalog.definitions.find((one) => one.storagePrefix === prefix && isWatchable(one) && includes(one));
    const known = this.#byPrefix.get(prefix);
    if (known?.definition === wanted) return;
    if (known) this.#remove(prefix, known);
    if (wanted) this.#add(prefix, wanted);
  }

  #add(prefix: string, definition: ResourceDefinition): void {
    const cache = this.#options.caches.cache(definition);
    this.#byPrefix.set(prefix, cache);
    this.#all = undefined;
    if (!cache.isSynced) {
      this.#unsynced.add(cache);
      void cache.synced.then(() => this.#settle(cache));
    }
    this.#hot.emit({ type: 'added', cache });
  }

  #remove(prefix: string, cache: CacheReader<KubeObject>): void {
    this.#byPrefix.delete(prefix);
    this.#all = undefined;
    this.#settle(cache);
    this.#hot.emit({ type: 'removed', cache });
  }

  #settle(cache: CacheReader<KubeObject>): void {
    this.#unsynced.delete(cache);
    if (!this.isSynced) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const done of waiting) done();
  }
}

const isWatchable = ({ verbs }: ResourceDefinition) => verbs.includes('list') && verbs.includes('watch');
