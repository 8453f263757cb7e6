import type { Subscription } from 'rxjs';
import type { Environment } from '../base/environment.js';
import { stopAll } from '../base/lifecycles.js';
import type { Logger } from '../base/logger.js';
import type { KubeObject } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import type { Registries } from '../registry/registry.js';
import type { Cache, CacheReader, Caches } from './cache.js';
import { RegistryCache } from './registry-cache.js';
import type { WatcherOptions } from './watcher.js';

/** What {@link SharedCaches} take. */
export interface SharedCachesOptions extends Pick<WatcherOptions, 'pageSize' | 'backoff' | 'resetAfter' | 'silence'> {
  readonly registries: Registries;
  readonly environment: Environment;
  /** Default: nothing is logged. */
  readonly logger?: Logger | undefined;
}

/** One {@link RegistryCache} a kind, made when it is first asked for and kept until `stop()`, or until the kind leaves the catalog. */
export class SharedCaches implements Caches {
  readonly #options: SharedCachesOptions;
  readonly #caches = new Map<string, Cache<KubeObject>>();
  #started = false;
  #removals: Subscription | undefined;

  constructor(options: SharedCachesOptions) {
    this.#options = options;
  }

  cache<T extends KubeObject>(definition: ResourceDefinition<T>): CacheReader<T> {
    const key = keyOfKind(definition);
    const known = this.#caches.get(key) as Cache<T> | undefined;
    return known ?? this.#add(key, definition);
  }

  get synced(): Promise<void> {
    return Promise.all([...this.#caches.values()].map((cache) => cache.synced)).then(() => undefined);
  }

  /** Starts the caches asked for so far; `synced` tells when they are full. */
  async start(): Promise<void> {
    this.#started = true;
    this.#removals ??= this.#options.registries.catalog.changes.subscribe(({ type, definition }) => {
      if (type === 'removed') this.#release(definition);
    });
    for (const cache of this.#caches.values()) await cache.start();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#removals?.unsubscribe();
    this.#removals = undefined;
    await stopAll(this.#caches.values());
  }

  #add<T extends KubeObject>(key: string, definition: ResourceDefinition<T>): Cache<T> {
    const { registries, ...options } = this.#options;
    const cache = new RegistryCache<T>({ ...options, reader: registries.registry(definition) });
    this.#caches.set(key, cache);
    if (this.#started) void cache.start();
    return cache;
  }

  /** Nobody asks for a kind that is gone. Another definition of the same kind, added since, has a cache of its own. */
  #release(definition: ResourceDefinition): void {
    const key = keyOfKind(definition);
    const cache = this.#caches.get(key);
    if (cache?.definition !== definition) return;
    this.#caches.delete(key);
    void cache.stop();
  }
}

const keyOfKind = <T extends KubeObject>({ apiVersion, kind }: ResourceDefinition<T>) => `${apiVersion}/${kind}`;
