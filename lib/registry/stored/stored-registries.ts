import type { Observable } from 'rxjs';
import { filter, map, merge, Subject } from 'rxjs';
import type { Namespace } from 'kubernetes-types/core/v1.js';
import type { Environment } from '../../base/environment.js';
import type { Lifecycle } from '../../base/lifecycle.js';
import type { Logger } from '../../base/logger.js';
import { silentLogger } from '../../base/logger.js';
import { OnceLifecycle } from '../../base/once-lifecycle.js';
import type { Catalog, CatalogChange } from '../../api/catalog.js';
import { EVENT_TIME_TO_LIVE } from '../../api/core/events.js';
import { namespaces } from '../../api/core/namespaces.js';
import { pods } from '../../api/core/pods.js';
import { podDisruptionBudgets } from '../../api/policy/pod-disruption-budgets.js';
import type { KubeObject, ObjectName, Stored } from '../../api/object.js';
import type { ResourceDefinition, WriteOnlyDefinition } from '../../api/resource-definition.js';
import { methodNotAllowed, StatusError } from '../../api/status-error.js';
import type { Storage } from '../../storage/storage.js';
import type { Creator, Registries, Registry } from '../registry.js';
import type { AdmissionPlugin } from './admission.js';
import { defaultAdmission } from './admission.js';
import { AdmissionChain } from './admission/admission-chain.js';
import { IMMORTAL_NAMESPACES } from './admission/namespace-lifecycle.js';
import type { KindContext } from './kind-context.js';
import { strategyOf } from './kinds/strategies.js';
import { ObjectStore } from './object-store.js';
import { AccountToken } from './service-accounts/account-token.js';
import type { TokenIssuer } from './service-accounts/token-issuer.js';
import { parseAddressRange } from './services/address-range.js';
import { ServiceAllocator } from './services/service-allocator.js';
import { StoredRegistry } from './stored-registry.js';
import { DisruptionBudgets } from './subresources/disruption-budgets.js';
import { PodBinding } from './subresources/pod-binding.js';
import { PodEviction } from './subresources/pod-eviction.js';
import { WriteOnlyRegistry } from './write-only-registry.js';

/** Options of {@link StoredRegistries}. */
export interface StoredRegistriesOptions {
  /** Where objects live. Started by `start()` if it is not yet; whoever made it stops it. */
  readonly storage: Storage;
  readonly environment: Environment;
  /** The kinds that can be asked for; kinds that are added later can be, too. */
  readonly catalog: Catalog;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  /** What decides about writes besides the rules of each kind, in this order. Default: {@link defaultAdmission}. */
  readonly admission?: readonly AdmissionPlugin[] | undefined;
  /** IPv4 block for cluster addresses of services; the first address is kept for the `kubernetes` Service. Default `127.96.0.0/16`: on Linux all of 127/8 is local. */
  readonly serviceRange?: string | undefined;
  /** Seconds that an event is kept after it was written last; held by the storage where it can, else by the event-expiry controller. Default 3,600. */
  readonly eventTimeToLive?: number | undefined;
  /** Makes the tokens of service accounts. Default: none are made; asking for one is 405. */
  readonly tokenIssuer?: TokenIssuer | undefined;
}

/** Namespaces that are there from the start. */
const INITIAL_NAMESPACES = [...IMMORTAL_NAMESPACES, 'kube-node-lease'];

/**
 * The registries of a cluster over its {@link Storage}: Kubernetes' rules for reading and writing objects, in this process.
 *
 * Any number of them, in any number of processes, may work on one storage at the same time. `start()` makes the first
 * namespaces and repairs what a crash left half done; `stop()` completes open watches; nothing else runs between calls.
 */
export class StoredRegistries implements Registries, Lifecycle {
  readonly catalog: Catalog;
  readonly #options: StoredRegistriesOptions;
  readonly #logger: Logger;
  readonly #admission: AdmissionChain;
  readonly #allocator: ServiceAllocator;
  readonly #kinds = new WeakMap<ResourceDefinition, KindContext<KubeObject>>();
  readonly #registries = new WeakMap<ResourceDefinition, Registry<KubeObject>>();
  readonly #lifecycle: OnceLifecycle;
  readonly #stopped = new Subject<void>();

  constructor(options: StoredRegistriesOptions) {
    const { storage, environment, catalog, logger = silentLogger, admission = defaultAdmission() } = options;
    this.catalog = catalog;
    this.#options = options;
    this.#logger = logger;
    this.#allocator = new ServiceAllocator({ storage, environment, range: parseAddressRange(options.serviceRange ?? '127.96.0.0/16') });
    this.#admission = new AdmissionChain(admission, {
      environment,
      lookup: (definition, name) => this.#lookup(definition, name),
      kind: (apiVersion, kind) => catalog.byKind(apiVersion, kind),
    });
    this.#lifecycle = new OnceLifecycle({ start: () => this.#begin(), stop: () => this.#stopped.next() });
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  registry<T extends KubeObject>(definition: WriteOnlyDefinition<T>): Creator<T>;
  registry<T extends KubeObject>(definition: ResourceDefinition<T>): Registry<T>;
  registry<T extends KubeObject>(definition: ResourceDefinition<T>): Registry<T> {
    const key = definition as ResourceDefinition;
    let registry = this.#registries.get(key);
    if (!registry) this.#registries.set(key, (registry = this.#make(definition) as unknown as Registry<KubeObject>));
    return registry as unknown as Registry<T>; // kept under the definition that carries T
  }

  #make<T extends KubeObject>(definition: ResourceDefinition<T>): Registry<T> {
    if (definition.group === '' && definition.plural === 'bindings') {
      const binding = new PodBinding(this.#kind(pods));
      return new WriteOnlyRegistry(definition, binding as unknown as Creator<T>); // the kind of bindings is Binding
    }
    if ('writeOnly' in definition) return new WriteOnlyRegistry(definition, { create: () => Promise.reject(methodNotAllowed()) });
    return new StoredRegistry(this.#kind(definition), this.#actionsOf(definition));
  }

  #actionsOf({ group, plural }: ResourceDefinition): Readonly<Record<string, object>> {
    const { tokenIssuer: issuer, environment } = this.#options;
    if (group === '' && plural === 'pods') {
      const budgets = new DisruptionBudgets(() => this.registry(podDisruptionBudgets), environment);
      return { eviction: new PodEviction(this.#kind(pods), budgets) };
    }
    if (!issuer || group !== '' || plural !== 'serviceaccounts') return {};
    return { token: new AccountToken({ issuer, lookup: (kind, name) => this.#lookup(kind, name) }) };
  }

  #kind<T extends KubeObject>(definition: ResourceDefinition<T>): KindContext<T> {
    const key = definition as ResourceDefinition;
    let kind = this.#kinds.get(key) as unknown as KindContext<T> | undefined; // kept under the definition that carries T
    if (kind) return kind;
    const { storage, environment, eventTimeToLive = EVENT_TIME_TO_LIVE } = this.#options;
    const logger = this.#logger;
    const strategy = strategyOf(definition, { environment, logger, allocator: this.#allocator, eventTimeToLive });
    const store = new ObjectStore(definition, storage, strategy.timeToLive);
    const stopped = merge(this.#stopped, this.#removed(key));
    kind = { definition, store, strategy, admission: this.#admission, storage, environment, logger, stopped };
    this.#kinds.set(key, kind);
    return kind;
  }

  /** Emits when a kind leaves the catalog. */
  #removed(definition: ResourceDefinition): Observable<void> {
    const isOurs = filter(({ type, definition: changed }: CatalogChange) => type === 'removed' && changed === definition);
    return this.catalog.changes.pipe(
      isOurs,
      map(() => undefined),
    );
  }

  async #lookup<T extends KubeObject>(definition: ResourceDefinition<T>, name: ObjectName): Promise<Stored<T> | undefined> {
    return (await this.#kind(definition).store.find(name))?.object;
  }

  async #begin(): Promise<void> {
    await this.#options.storage.start();
    for (const name of INITIAL_NAMESPACES) await this.#ensureNamespace(name);
    await this.#allocator.repair();
  }

  async #ensureNamespace(name: string): Promise<void> {
    if (await this.#lookup(namespaces, { name })) return;
    const namespace: Namespace = { metadata: { name } };
    try {
      await this.registry(namespaces).create(namespace);
    } catch (error) {
      if (!StatusError.is(error, 'AlreadyExists')) throw error; // another server was quicker
    }
  }
}
