import type { Environment } from '../../base/environment.js';
import type { Lifecycle } from '../../base/lifecycle.js';
import type { Catalog } from '../../api/catalog.js';
import type { KubeObject } from '../../api/object.js';
import type { ResourceDefinition, WriteOnlyDefinition } from '../../api/resource-definition.js';
import type { Creator, Registries, Registry } from '../registry.js';
import { HttpTransport } from './http-transport.js';
import type { ClusterAccess } from './kubeconfig.js';
import { RemoteRegistry } from './remote-registry.js';

/** What {@link RemoteRegistries} takes. */
export interface RemoteRegistriesOptions {
  /** Where the server is, and who asks: `await loadKubeconfig(path)`. */
  readonly cluster: ClusterAccess;
  /** The kinds that can be asked for: `createCatalog([...builtInDefinitions, ...mine])`. */
  readonly catalog: Catalog;
  readonly environment: Environment;
}

/**
 * The registries of a cluster over HTTP(S): of another kubelib, or of a Kubernetes API server. Controllers, schedulers, kubelets and
 * proxies run over them as they do in process. `stop()` closes all connections: open watches and calls fail, and later ones too.
 */
export class RemoteRegistries implements Registries, Lifecycle {
  readonly catalog: Catalog;
  /** Base URL of the server. */
  readonly server: string;
  readonly #transport: HttpTransport;
  readonly #registries = new WeakMap<ResourceDefinition, Registry<KubeObject>>();

  constructor({ cluster, catalog, environment }: RemoteRegistriesOptions) {
    this.catalog = catalog;
    this.server = cluster.server;
    this.#transport = new HttpTransport(cluster, environment);
  }

  /** Connections are made when they are needed; nothing is asked of the server yet. */
  start(): Promise<void> {
    this.#transport.open();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#transport.close();
    return Promise.resolve();
  }

  registry<T extends KubeObject>(definition: WriteOnlyDefinition<T>): Creator<T>;
  registry<T extends KubeObject>(definition: ResourceDefinition<T>): Registry<T>;
  registry<T extends KubeObject>(definition: ResourceDefinition<T>): Registry<T> {
    const key = definition as unknown as ResourceDefinition;
    let registry = this.#registries.get(key);
    if (!registry)
      this.#registries.set(key, (registry = new RemoteRegistry(definition, this.#transport) as unknown as Registry<KubeObject>));
    return registry as unknown as Registry<T>; // kept under the definition that carries T
  }
}
