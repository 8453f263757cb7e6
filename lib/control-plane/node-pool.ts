import { join } from 'node:path';
import type { Lifecycle } from '../base/lifecycle.js';
import { OnceLifecycle } from '../base/once-lifecycle.js';
import type { Registries } from '../registry/registry.js';
import type { Caches } from '../watch/cache.js';
import type { PlaneIdentity } from './identity.js';
import { claimNodeName } from './node-names.js';
import type { NodeOptions, NodeStopOptions, RuntimeFactory } from './node.js';
import { Node } from './node.js';
import type { ResolvedOptions } from './options.js';

/** What a {@link NodePool} takes. */
export interface NodePoolOptions {
  readonly options: ResolvedOptions;
  readonly registries: Registries;
  readonly caches: Caches;
  readonly runtime: RuntimeFactory;
  readonly identity: PlaneIdentity;
  /** Whether other control planes have nodes in this cluster. */
  readonly shared: boolean;
  readonly podRange: (index: number) => string;
}

/** The nodes that run in this process: `node-1`, `node-2`, … */
export class NodePool implements Lifecycle {
  readonly #options: NodePoolOptions;
  readonly #nodes = new Map<string, Node>();
  readonly #lifecycle = new OnceLifecycle({ start: () => this.#start(), stop: () => this.#stop() });
  #made = 0;
  readonly #claimed = new Set<string>();
  #claiming: Promise<unknown> = Promise.resolve();

  constructor(options: NodePoolOptions) {
    this.#options = options;
  }

  /** Names of the nodes that run now. */
  get names(): readonly string[] {
    return [...this.#nodes.keys()];
  }

  /** A node that runs in this process. */
  get(name: string): Node | undefined {
    return this.#nodes.get(name);
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  /** Drains all nodes at once. */
  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  /** Starts one more node; gives its name. */
  async add(): Promise<string> {
    const index = this.#made++;
    const { options, registries, caches, runtime, identity, podRange, shared } = this.#options;
    const name = shared ? await this.#claim() : `node-${index + 1}`;
    const simulated = options.runtime === 'simulated';
    const node = new Node({
      name,
      index,
      directory: join(options.directory, 'nodes', name),
      podRange: simulated ? '' : podRange(index), // simulated pods take no address of this machine
      planeId: identity.id,
      environment: options.environment,
      logger: options.logger.child({ node: name }),
      registries,
      caches,
      runtime,
      files: !simulated,
      heartbeatPeriod: options.nodeHeartbeatPeriod,
      serve: shared ? await this.#forPeers() : undefined,
    });
    this.#nodes.set(name, node);
    try {
      await node.start();
    } catch (error) {
      this.#nodes.delete(name);
      this.#claimed.delete(name);
      await node.leave({ pods: 'abandon' });
      throw error;
    }
    return name;
  }

  /** Stops one node and forgets it here; its Node object stays, and becomes NotReady when its lease runs out. */
  async remove(name: string, how: NodeStopOptions = { pods: 'drain' }): Promise<void> {
    const node = this.#nodes.get(name);
    this.#nodes.delete(name);
    this.#claimed.delete(name);
    await node?.leave(how);
  }

  /** The first name that no other control plane has. One at a time, so that a restart finds its own names in order. */
  #claim(): Promise<string> {
    const { registries, identity } = this.#options;
    const claimed = this.#claiming.then(async () => {
      const name = await claimNodeName(registries, identity.id, this.#claimed);
      this.#claimed.add(name);
      return name;
    });
    this.#claiming = claimed.catch(() => undefined); // told to who asked
    return claimed;
  }

  /** How the API servers of other planes reach a node of this one. */
  async #forPeers(): Promise<NodeOptions['serve']> {
    const { options, identity } = this.#options;
    const { host } = options.listen;
    const tls = await identity.authority.serverCertificate({ hosts: [host] });
    return { host, tls, callers: { clientAuthority: identity.authority.pem.certificate } };
  }

  async #start(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.options.nodes }, () => this.add()));
  }

  async #stop(): Promise<void> {
    await Promise.all(this.names.map((name) => this.remove(name)));
  }
}
