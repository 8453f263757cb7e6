import type { Subscription } from 'rxjs';
import { Subscription as Subscriptions } from 'rxjs';
import type { KubeObject } from '../api/object.js';
import { parseKey } from '../api/object.js';
import type { CacheEvent, CacheReader } from '../watch/cache.js';
import { CatalogCaches } from '../watch/catalog-caches.js';
import type { ControllerOptions, ControllerServices } from './controller-definition.js';
import { causeOf } from './cause-of.js';
import type { ControllerTask } from './controller-task.js';
import type { KindsContext, KindsControllerDefinition, KindsReconciler } from './kinds-controller.js';
import type { KeyRun } from './key-run.js';
import type { Verdict } from './reconciler.js';
import type { Wake } from './wake.js';

type AnyCache = CacheReader<KubeObject>;

/** The objects of many kinds; a key is the storage prefix of the kind, a space, and the key of the object. */
export class KindsTask implements ControllerTask {
  readonly name: string;
  readonly options: ControllerOptions;
  readonly #services: ControllerServices;
  readonly #kinds: CatalogCaches;
  readonly #reconciler: KindsReconciler;
  /** By storage prefix. That of a kind that has left stays as it was then: it tells what is gone of the keys that still wait. */
  readonly #caches = new Map<string, AnyCache>();

  constructor(definition: KindsControllerDefinition, services: ControllerServices) {
    this.name = definition.name;
    this.options = definition.options;
    this.#services = services;
    const { caches, registries, log } = services;
    this.#kinds = new CatalogCaches({
      caches,
      catalog: registries.catalog,
      includes: definition.includes,
      report: (error) => log.error('a kind could not be followed', { error }),
    });
    this.#reconciler = definition.makeForKinds({ ...services, kinds: this.#kinds });
  }

  watch(wake: (wake: Wake) => void): Subscription {
    const all = new Subscriptions();
    const watches = new Map<AnyCache, Subscription>();
    all.add(
      this.#kinds.changes.subscribe(({ type, cache }) => {
        if (type === 'added') {
          watches.set(cache, this.#watchKind(cache, wake));
          all.add(watches.get(cache));
          return;
        }
        const watch = watches.get(cache);
        watches.delete(cache);
        watch?.unsubscribe();
      }),
    );
    all.add(() => void this.#kinds.stop());
    void this.#kinds.start();
    return all;
  }

  synced(): Promise<void> {
    return this.#kinds.synced();
  }

  stop(): void {
    void this.#kinds.stop();
  }

  async reconcile(key: string, { signal }: KeyRun): Promise<Verdict> {
    if (!this.#kinds.isSynced) await this.#kinds.synced(signal);
    const at = key.indexOf(' ');
    const cache = this.#caches.get(key.slice(0, at));
    if (!cache) return;
    const objectKey = key.slice(at + 1);
    const context = this.#context(cache, objectKey, signal);
    const object = cache.getByKey(objectKey);
    if (!object) return this.#reconciler.gone?.(context.name, context);
    if (this.#kinds.cacheOf(cache.definition) === cache) return this.#reconciler.reconcile(object, context);
  }

  #watchKind(cache: AnyCache, wake: (wake: Wake) => void): Subscription {
    const prefix = `${cache.definition.storagePrefix} `;
    this.#caches.set(cache.definition.storagePrefix, cache);
    const watch = cache.changes.subscribe((change) => wake(wakeOf(cache, prefix, change)));
    for (const object of cache.list()) wake(wakeOf(cache, prefix, { object, initial: true }));
    return watch;
  }

  #context({ definition }: AnyCache, key: string, signal: AbortSignal): KindsContext {
    const { environment, events, registries, log } = this.#services;
    return {
      definition,
      name: parseKey(key),
      environment,
      events,
      registries,
      signal,
      get log() {
        return log.child({ kind: definition.kind, key });
      },
    };
  }
}

function wakeOf({ definition }: AnyCache, prefix: string, change: CacheEvent<KubeObject>): Wake {
  const cause = causeOf(definition, 'itself', change);
  return { key: prefix + cause.object!, cause };
}
