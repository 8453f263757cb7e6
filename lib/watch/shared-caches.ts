import type { Subscription } from 'rxjs';
import type { Environment } from '../base/environment.js';
import { stopAll } from '../base/lifecycles.js';
import type { Logger } from '../base/logger.js';
import type { KubeObject, Stored } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import { kindKey } from '../api/resource-definition.js';
import type { Registries } from '../registry/registry.js';
import type { Cache, CacheHandle, CacheReader, Caches, CacheView, MetadataView, WholeView } from './cache.js';
import { viewKey } from './cache-view.js';
import { RegistryCache } from './registry-cache.js';
import type { WatcherOptions } from './watcher.js';

/** What {@link SharedCaches} take. */
export interface SharedCachesOptions extends Pick<WatcherOptions, 'pageSize' | 'backoff' | 'resetAfter' | 'silence'> {
  readonly registries: Registries;
  readonly environment: Environment;
  /** Default: nothing is logged. */
  readonly logger?: Logger | undefined;
}

interface Held {
  readonly cache: Cache<KubeObject>;
  /** Who needs it: handles that are not released, and all who asked without one, as one. */
  holders: number;
}

/** One {@link RegistryCache} a kind and view, made when it is first asked for and kept while somebody holds it, or until the kind leaves the catalog. */
export class SharedCaches implements Caches {
  readonly #options: SharedCachesOptions;
  /** By kind, then by view. */
  readonly #caches = new Map<string, Map<string, Held>>();
  /** Those held until `stop()`. */
  readonly #kept = new Set<Held>();
  #started = false;
  #removals: Subscription | undefined;

  constructor(options: SharedCachesOptions) {
    this.#options = options;
  }

  cache<T extends KubeObject>(definition: ResourceDefinition<T>, view?: WholeView): CacheReader<T>;
  cache<T extends KubeObject>(definition: ResourceDefinition<T>, view: MetadataView): CacheReader<KubeObject>;
  cache<T extends KubeObject>(definition: ResourceDefinition<T>, view: CacheView = {}): CacheReader<T> {
    const held = this.#held(definition, view);
    if (!this.#kept.has(held)) {
      this.#kept.add(held);
      held.holders += 1;
    }
    return held.cache as CacheReader<KubeObject> as CacheReader<T>;
  }

  acquire<T extends KubeObject>(definition: ResourceDefinition<T>, view?: WholeView): CacheHandle<T>;
  acquire<T extends KubeObject>(definition: ResourceDefinition<T>, view: MetadataView): CacheHandle<KubeObject>;
  acquire<T extends KubeObject>(definition: ResourceDefinition<T>, view: CacheView = {}): CacheHandle<T> {
    const held = this.#held(definition, view);
    held.holders += 1;
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      held.holders -= 1;
      if (held.holders === 0) this.#drop(definition, view, held);
    };
    return { cache: held.cache as CacheReader<KubeObject> as CacheReader<T>, release };
  }

  wrote<T extends KubeObject>(definition: ResourceDefinition<T>, object: Stored<T>): void {
    for (const { cache } of this.#caches.get(kindKey(definition))?.values() ?? []) cache.wrote(object);
  }

  deleted<T extends KubeObject>(definition: ResourceDefinition<T>, last: Stored<T>): void {
    for (const { cache } of this.#caches.get(kindKey(definition))?.values() ?? []) cache.deleted(last);
  }

  get all(): readonly Cache<KubeObject>[] {
    return [...this.#caches.values()].flatMap((views) => [...views.values()].map(({ cache }) => cache));
  }

  get synced(): Promise<void> {
    return Promise.all(this.all.map((cache) => cache.synced)).then(() => undefined);
  }

  /** Starts the caches asked for so far; `synced` tells when they are full. */
  async start(): Promise<void> {
    this.#started = true;
    this.#removals ??= this.#options.registries.catalog.changes.subscribe(({ type, definition }) => {
      if (type === 'removed') this.#remove(definition);
    });
    for (const cache of this.all) await cache.start();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#removals?.unsubscribe();
    this.#removals = undefined;
    await stopAll(this.all);
  }

  #held<T extends KubeObject>(definition: ResourceDefinition<T>, view: CacheView): Held {
    const kind = kindKey(definition);
    const views = this.#caches.get(kind) ?? new Map<string, Held>();
    this.#caches.set(kind, views);
    const key = viewKey(view);
    const known = views.get(key);
    if (known) return known;
    const { registries, ...options } = this.#options;
    const cache = new RegistryCache<T>({ ...options, view, reader: registries.registry(definition) });
    const held: Held = { cache: cache, holders: 0 };
    views.set(key, held);
    if (this.#started) void cache.start();
    return held;
  }

  #drop<T extends KubeObject>(definition: ResourceDefinition<T>, view: CacheView, held: Held): void {
    const kind = kindKey(definition);
    const views = this.#caches.get(kind);
    if (views?.get(viewKey(view)) === held) views.delete(viewKey(view));
    if (views?.size === 0) this.#caches.delete(kind);
    void held.cache.stop();
  }

  /** Nobody asks for a kind that is gone. Another definition of the same kind, added since, has caches of its own. */
  #remove(definition: ResourceDefinition): void {
    const kind = kindKey(definition);
    const views = this.#caches.get(kind);
    for (const [key, held] of views ?? []) {
      if (held.cache.definition !== definition) continue;
      views?.delete(key);
      this.#kept.delete(held);
      void held.cache.stop();
    }
    if (views?.size === 0) this.#caches.delete(kind);
  }
}
