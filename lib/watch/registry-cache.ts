import type { Observable, Subscription } from 'rxjs';
import { Subject } from 'rxjs';
import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import { silentLogger } from '../base/logger.js';
import { Hot } from '../base/streams/hot.js';
import { isOlder } from '../api/meta/compare-versions.js';
import type { KubeObject, ObjectName, Stored } from '../api/object.js';
import { keyOf } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import { StatusError } from '../api/status-error.js';
import type { Reader } from '../registry/registry.js';
import type { Cache, CacheEvent, CacheView, Index } from './cache.js';
import { isInView, shown } from './cache-view.js';
import { estimatedBytes } from './memory-estimate.js';
import { ObjectStore } from './object-store.js';
import { Waiters } from './waiters.js';
import type { WatcherError, WatcherOptions } from './watcher.js';
import { watcher } from './watcher.js';
import type { WatcherEvent } from './watcher-event.js';
import { WrittenObjects } from './written-objects.js';

/** What a {@link RegistryCache} takes besides the options of its {@link watcher}. */
export interface RegistryCacheOptions<T extends KubeObject> extends Omit<
  WatcherOptions,
  'onError' | 'onProgress' | 'progressRequests' | 'selection'
> {
  readonly reader: Reader<T>;
  readonly environment: Environment;
  /** Default: all objects, without managedFields. */
  readonly view?: CacheView | undefined;
  /** Where watch errors and faults of subscribers go. Default: nowhere. */
  readonly logger?: Logger | undefined;
}

/**
 * The objects of a kind in memory, kept up by a {@link watcher}: one writer, any number of readers.
 *
 * During the first list objects appear as they come. During a list after a restart readers go on seeing what was; when it is
 * through, everything is swapped at once, and `changes` tells the differences, deletions included. After `stop()` the
 * objects stay as they are.
 */
export class RegistryCache<T extends KubeObject> implements Cache<T> {
  readonly definition: ResourceDefinition<T>;
  readonly view: CacheView;
  readonly synced: Promise<void>;
  readonly changes: Observable<CacheEvent<T>>;
  readonly #options: RegistryCacheOptions<T>;
  readonly #logger: Logger;
  readonly #store = new ObjectStore<T>((error) => this.#logger.error('an index of a cache failed', { error }));
  readonly #written = new WrittenObjects<T>();
  readonly #indexes = new Map<string, Index<T>>();
  readonly #hot: Hot<CacheEvent<T>>;
  readonly #waiters = new Waiters();
  readonly #progressRequests = new Subject<void>();
  /** What a list after a restart has brought so far. */
  #shadow: Map<string, Stored<T>> | undefined;
  #subscription: Subscription | undefined;
  #resourceVersion = '';
  #heard = -Infinity;
  #isSynced = false;
  #resolveSynced!: () => void;
  #isInView: ((object: Stored<T>) => boolean) | undefined;

  constructor(options: RegistryCacheOptions<T>) {
    this.#options = options;
    this.definition = options.reader.definition;
    this.view = options.view ?? {};
    this.#logger = (options.logger ?? silentLogger).child({ cache: this.definition.plural });
    this.#hot = new Hot((error) => this.#logger.error('a subscriber of a cache failed', { error }));
    this.changes = this.#hot.observable;
    this.synced = new Promise((resolve) => (this.#resolveSynced = resolve));
  }

  /** Begins to watch. Resolves at once: `synced` tells when the first list is in. */
  start(): Promise<void> {
    const { reader, logger: _, view: __, ...options } = this.#options;
    const { namespace, labelSelector, fieldSelector } = this.view;
    this.#subscription ??= watcher(reader, {
      ...options,
      selection: { namespace, labelSelector, fieldSelector },
      progressRequests: this.#progressRequests,
      onProgress: (resourceVersion) => this.#reached(resourceVersion),
      onError: (error) => this.#report(error),
    }).subscribe((event) => this.#apply(event));
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    this.#shadow = undefined;
    return Promise.resolve();
  }

  get size(): number {
    return this.#written.size === 0 ? this.#store.size : this.list().length;
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  get resourceVersion(): string {
    return this.#resourceVersion;
  }

  get age(): number {
    return this.#options.environment.monotonic() - this.#heard;
  }

  get bytes(): number {
    return estimatedBytes(this.#store.all);
  }

  waitFor(resourceVersion: string, signal?: AbortSignal): Promise<void> {
    if (this.#isSynced && !isOlder(this.#resourceVersion, resourceVersion)) return Promise.resolve();
    const reached = this.#waiters.wait(resourceVersion, signal);
    this.#progressRequests.next();
    return reached;
  }

  get(name: ObjectName): Stored<T> | undefined {
    return this.getByKey(keyOf(name));
  }

  getByKey(key: string): Stored<T> | undefined {
    const object = this.#store.get(key);
    return this.#written.size === 0 ? object : this.#written.over(key, object);
  }

  list(namespace?: string): readonly Stored<T>[] {
    if (namespace === undefined) return this.#written.overAll(this.#store.all, () => true);
    return this.index('metadata.namespace', byNamespace).get(namespace);
  }

  index(name: string, values: (object: Stored<T>) => readonly string[]): Index<T> {
    const known = this.#indexes.get(name);
    if (known) return known;
    const index = this.#store.index(name, values);
    const over: Index<T> = { get: (value) => this.#written.overAll(index.get(value), (object) => values(object).includes(value)) };
    this.#indexes.set(name, over);
    return over;
  }

  wrote(object: Stored<T>): void {
    if (!isOlder(this.#resourceVersion, object.metadata.resourceVersion)) return;
    this.#isInView ??= isInView(this.definition, this.view);
    if (this.#isInView(object)) this.#written.wrote(shown(object, this.view));
    else this.deleted(object);
  }

  deleted(last: Stored<T>): void {
    if (this.getByKey(keyOf(last))?.metadata.uid === last.metadata.uid) this.#written.deleted(last);
  }

  #apply(event: WatcherEvent<T>): void {
    switch (event.type) {
      case 'init':
        this.#shadow = this.#store.size > 0 ? new Map() : undefined;
        return;
      case 'put':
        return this.#put(shown(event.object, this.view), event.initial);
      case 'delete':
        return this.#delete(shown(event.object, this.view));
      case 'ready':
        return this.#ready(event.resourceVersion);
    }
  }

  #put(object: Stored<T>, initial: boolean): void {
    const key = keyOf(object);
    if (initial && this.#shadow) {
      this.#shadow.set(key, object);
      return;
    }
    this.#written.came(object, key, false);
    this.#changed(initial ? this.#resourceVersion : object.metadata.resourceVersion, this.#store.put(key, object, initial));
  }

  #delete(object: Stored<T>): void {
    const key = keyOf(object);
    this.#written.came(object, key, true);
    this.#changed(object.metadata.resourceVersion, this.#store.delete(key, object, false));
  }

  #ready(resourceVersion: string): void {
    const shadow = this.#shadow;
    this.#shadow = undefined;
    this.#isSynced = true;
    // The server's store may have begun anew: what was written before is not in it.
    if (isOlder(resourceVersion, this.#resourceVersion)) this.#written.clear();
    else if (this.#written.size > 0) this.#written.listed(resourceVersion, (key) => (shadow ? shadow.get(key) : this.#store.get(key)));
    this.#changed(resourceVersion, shadow ? this.#store.replace(shadow) : []);
    this.#resolveSynced();
  }

  #changed(resourceVersion: string, events: readonly CacheEvent<T>[]): void {
    this.#reached(resourceVersion);
    for (const event of events) this.#hot.emit(event);
  }

  /** All changes up to this version are in. */
  #reached(resourceVersion: string): void {
    this.#resourceVersion = resourceVersion;
    this.#heard = this.#options.environment.monotonic();
    if (this.#waiters.size > 0 && this.#isSynced) this.#waiters.reached(resourceVersion);
  }

  #report({ phase, error, retryIn }: WatcherError): void {
    const fields = { phase, error, retryIn: Math.round(retryIn) };
    if (StatusError.is(error, 'Expired')) this.#logger.info('the history of a watch is gone: listing again', fields);
    else this.#logger.warn('a watch failed and will be tried again', fields);
  }
}

const byNamespace = (object: KubeObject) => [object.metadata?.namespace ?? ''];
