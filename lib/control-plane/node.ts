import { mkdir } from 'node:fs/promises';
import type { Lifecycle } from '../base/lifecycle.js';
import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import { ApiEventRecorder } from '../controller/api-event-recorder.js';
import { Kubelet } from '../kubelet/kubelet.js';
import type { KubeletServer, KubeletServerOptions } from '../kubelet/server/kubelet-server.js';
import type { Registries } from '../registry/registry.js';
import type { ContainerRuntime } from '../runtime/container-runtime.js';
import type { Caches } from '../watch/cache.js';

/** What a runtime is made for. */
export interface NodeSpec {
  readonly name: string;
  /** Number of the node in its process, from 0. */
  readonly index: number;
  /** Where the node may keep files; its own. */
  readonly directory: string;
  /** Addresses for its pods, such as `127.64.1.0/24`; for runtimes that give pods addresses of this machine. */
  readonly podRange: string;
  /** Marks what belongs to this cluster on a shared machine. */
  readonly planeId: string;
  readonly environment: Environment;
  readonly logger: Logger;
}

/** Makes the container runtime of a node. */
export type RuntimeFactory = (spec: NodeSpec) => ContainerRuntime | Promise<ContainerRuntime>;

/** What a {@link Node} is made with. */
export interface NodeOptions extends NodeSpec {
  readonly registries: Registries;
  readonly runtime: RuntimeFactory;
  /** Shared caches of this process. Default: watches of its own. */
  readonly caches?: Caches | undefined;
  /** Whether volumes and logs are kept under `directory`. Default true; false for runtimes whose containers read no files. */
  readonly files?: boolean | undefined;
  /** Milliseconds between heartbeats. Default 10,000. */
  readonly heartbeatPeriod?: number | undefined;
  /** Where and to whom the kubelet serves logs, exec and port-forward. Default: it does not, and is reached in process. */
  readonly serve?: Omit<KubeletServerOptions, 'kubelet' | 'logger'> | undefined;
}

/** How a node goes down. */
export interface NodeStopOptions {
  /** `drain` ends its pods, within {@link NodeStopOptions.gracePeriod}; their objects stay. `abandon` lets them run, as a crash would. */
  readonly pods: 'drain' | 'abandon';
  /** Milliseconds. Default 3,000. */
  readonly gracePeriod?: number;
}

/** A kubelet and its container runtime. */
export class Node implements Lifecycle {
  readonly name: string;
  readonly #options: NodeOptions;
  #events: ApiEventRecorder | undefined;
  #runtime: ContainerRuntime | undefined;
  #kubelet: Kubelet | undefined;
  #server: KubeletServer | undefined;

  constructor(options: NodeOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Throws before `start()`. */
  get kubelet(): Kubelet {
    if (!this.#kubelet) throw new Error(`node ${this.name} is not running`);
    return this.#kubelet;
  }

  async start(): Promise<void> {
    const { registries, environment, logger, name, directory, caches, serve, files = true } = this.#options;
    if (files) await mkdir(directory, { recursive: true, mode: 0o700 });
    this.#runtime = await this.#options.runtime(this.#options);
    await this.#runtime.start();
    this.#events = new ApiEventRecorder({ registries, environment, component: 'kubelet', host: name, logger });
    this.#kubelet = new Kubelet({
      registries,
      runtime: this.#runtime,
      environment,
      nodeName: name,
      directory: files ? directory : undefined,
      logger,
      events: this.#events,
      caches,
      leasePeriod: this.#options.heartbeatPeriod,
    });
    if (serve) await this.#serve(this.#kubelet, serve);
    await this.#kubelet.start();
  }

  /** Ends the pods (their objects stay) and lets go. */
  stop(): Promise<void> {
    return this.leave({ pods: 'drain' });
  }

  /** As {@link stop}, with a choice of what becomes of the pods. */
  async leave({ pods, gracePeriod = 3_000 }: NodeStopOptions): Promise<void> {
    if (pods === 'drain') await this.#kubelet?.drain({ gracePeriod });
    await this.#server?.stop();
    await this.#kubelet?.stop();
    this.#kubelet = undefined;
    await this.#events?.stop();
    await this.#runtime?.stop();
    this.#runtime = undefined;
  }

  async #serve(kubelet: Kubelet, options: NonNullable<NodeOptions['serve']>): Promise<void> {
    const { KubeletServer } = await import('../kubelet/server/kubelet-server.js'); // nodes inside a control plane need none
    this.#server = new KubeletServer({ ...options, kubelet, logger: this.#options.logger });
    await this.#server.start();
    kubelet.announcePort(this.#server.port);
  }
}
