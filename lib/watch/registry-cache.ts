import type { Observable, Subscription } from 'rxjs';
import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import { silentLogger } from '../base/logger.js';
import { Hot } from '../base/streams/hot.js';
import type { KubeObject, ObjectName, Stored } from '../api/object.js';
import { keyOf } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import { StatusError } from '../api/status-error.js';
import type { Reader } from '../registry/registry.js';
import type { Cache, CacheEvent, Index } from './cache.js';
import { ObjectStore } from './object-store.js';
import type { WatcherError, WatcherOptions } from './watcher.js';
import { watcher } from './watcher.js';
import type { WatcherEvent } from './watcher-event.js';

/** What a {@link RegistryCache} takes besides the options of its {@link watcher}. */
export interface RegistryCacheOptions<T extends KubeObject> extends Omit<WatcherOptions, 'onError'> {
  readonly reader: Reader<T>;
  readonly environment: Environment;
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
  readonly synced: Promise<void>;
  readonly changes: Observable<CacheEvent<T>>;
  readonly #options: RegistryCacheOptions<T>;
  readonly #logger: Logger;
  readonly #store = new ObjectStore<T>((error) => this.#logger.error('an index of a cache failed', { error }));
  readonly #hot: Hot<CacheEvent<T>>;
  /** What a list after a restart has brought so far. */
  #shadow: Map<string, Stored<T>> | undefined;
  #subscription: Subscription | undefined;
  #resourceVersion = '';
  #isSynced = false;
  #resolveSynced!: () => void;

  constructor(options: RegistryCacheOptions<T>) {
    this.#options = options;
    this.definition = options.reader.definition;
    this.#logger = (options.logger ?? silentLogger).child({ cache: this.definition.plural });
    this.#hot = new Hot((error) => this.#logger.error('a subscriber of a cache failed', { error }));
    this.changes = this.#hot.observable;
    this.synced = new Promise((resolve) => (this.#resolveSynced = resolve));
  }

  /** Begins to watch. Resolves at once: `synced` tells when the first list is in. */
  start(): Promise<void> {
    const { reader, logger: _, ...options } = this.#options;
    this.#subscription ??= watcher(reader, { ...options, onError: (error) => this.#report(error) }).subscribe((event) =>
      this.#apply(event),
    );
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    this.#shadow = undefined;
    return Promise.resolve();
  }

  get size(): number {
    return this.#store.size;
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  get resourceVersion(): string {
    return this.#resourceVersion;
  }

  get(name: ObjectName): Stored<T> | undefined {
    return this.#store.get(keyOf(name));
  }

  getByKey(key: string): Stored<T> | undefined {
    return this.#store.get(key);
  }

  list(namespace?: string): readonly Stored<T>[] {
    if (namespace === undefined) return this.#store.all;
    return this.index('metadata.namespace', byNamespace).get(namespace);
  }

  index(name: string, values: (object: Stored<T>) => readonly string[]): Index<T> {
    return this.#store.index(name, values);
  }

  #apply(event: WatcherEvent<T>): void {
    switch (event.type) {
      case 'init':
        this.#shadow = this.#store.size > 0 ? new Map() : undefined;
        return;
      case 'put':
        return this.#put(event.object, event.initial);
      case 'delete':
        return this.#changed(event.object.metadata.resourceVersion, this.#store.delete(keyOf(event.object), event.object, false));
      case 'ready':
        return this.#ready(event.resourceVersion);
    }
  }

  #put(object: Stored<T>, initial: boolean): void {
    const key = keyOf(object);
    if (initial && this.#shadow) this.#shadow.set(key, object);
    else this.#changed(initial ? this.#resourceVersion : object.metadata.resourceVersion, this.#store.put(key, object, initial));
  }

  #ready(resourceVersion: string): void {
    const shadow = this.#shadow;
    this.#shadow = undefined;
    this.#isSynced = true;
    this.#changed(resourceVersion, shadow ? this.#store.replace(shadow) : []);
    this.#resolveSynced();
  }

  #changed(resourceVersion: string, events: readonly CacheEvent<T>[]): void {
    this.#resourceVersion = resourceVersion;
    for (const event of events) this.#hot.emit(event);
  }

  #report({ phase, error, retryIn }: WatcherError): void {
    const fields = { phase, error, retryIn: Math.round(retryIn) };
    if (StatusError.is(error, 'Expired')) this.#logger.info('the history of a watch is gone: listing again', fields);
    else this.#logger.warn('a watch failed and will be tried again', fields);
  }
}

const byNamespace = (object: KubeObject) => [object.metadata?.namespace ?? ''];
