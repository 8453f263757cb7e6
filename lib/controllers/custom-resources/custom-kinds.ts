import type { Subscription } from 'rxjs';
import type { CustomResourceDefinition } from 'kubernetes-types/apiextensions/v1.js';
import { jsonText } from '../../api/exact-json.js';
import type { Lifecycle } from '../../base/lifecycle.js';
import type { Logger } from '../../base/logger.js';
import { silentLogger } from '../../base/logger.js';
import { customResourceDefinitions } from '../../api/custom-resources/custom-resource-definitions.js';
import { definitionsOf, isTrue } from '../../api/custom-resources/definitions-of.js';
import type { Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import type { Registries } from '../../registry/registry.js';
import type { Caches } from '../../watch/cache.js';

/** What {@link CustomKinds} take. */
export interface CustomKindsOptions {
  readonly registries: Registries;
  readonly caches: Caches;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
}

/** What one definition has put into the catalog. */
interface Served {
  /** What the kinds are made of, as text. */
  readonly source: string;
  readonly definitions: readonly ResourceDefinition[];
}

/**
 * Keeps the catalog in step with the CustomResourceDefinitions of the cluster: each serves its kinds from when its names are accepted
 * until it is gone. Runs beside every API server. `start()` resolves when the catalog has what was defined before.
 */
export class CustomKinds implements Lifecycle {
  readonly #options: CustomKindsOptions;
  readonly #logger: Logger;
  readonly #served = new Map<string, Served>();
  readonly #terminating = new Set<string>();
  #subscription: Subscription | undefined;

  constructor(options: CustomKindsOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
  }

  async start(): Promise<void> {
    if (this.#subscription) return;
    const cache = this.#options.caches.cache(customResourceDefinitions);
    this.#subscription = cache.changes.subscribe(({ old, object }) => (object ? this.#follow(object) : this.#drop(old!.metadata.name)));
    for (const crd of cache.list()) this.#follow(crd);
    await cache.synced;
  }

  /** The kinds stay in the catalog as they are. */
  stop(): Promise<void> {
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    return Promise.resolve();
  }

  #follow(crd: Stored<CustomResourceDefinition>): void {
    const { name } = crd.metadata;
    if (isTrue(crd, 'Terminating')) this.#terminating.add(name);
    else this.#terminating.delete(name);
    const accepted = isTrue(crd, 'NamesAccepted') || isTrue(crd, 'Established');
    const source = accepted ? jsonText([crd.spec, crd.status?.acceptedNames]) : '';
    if (source === (this.#served.get(name)?.source ?? '')) return;
    this.#remove(name);
    this.#add(crd, source);
  }

  #drop(name: string): void {
    this.#terminating.delete(name);
    this.#remove(name);
  }

  #add(crd: Stored<CustomResourceDefinition>, source: string): void {
    const { name } = crd.metadata;
    const added: ResourceDefinition[] = [];
    try {
      for (const definition of definitionsOf(crd, () => this.#terminating.has(name))) {
        this.#options.registries.catalog.add(definition);
        added.push(definition);
      }
    } catch (error) {
      this.#logger.error('a custom kind cannot be served', { definition: name, error });
    }
    this.#served.set(name, { source, definitions: added });
  }

  #remove(name: string): void {
    for (const definition of this.#served.get(name)?.definitions ?? []) this.#options.registries.catalog.remove(definition);
    this.#served.delete(name);
  }
}
