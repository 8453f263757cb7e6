import type { Lifecycle } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import { silentLogger } from '../base/logger.js';
import { OnceLifecycle } from '../base/once-lifecycle.js';
import { services } from '../api/core/services.js';
import type { Stored } from '../api/object.js';
import type { RuntimeInfo } from '../runtime/container-runtime.js';
import { RegistryCache } from '../watch/registry-cache.js';
import type { Pod, Service } from 'kubernetes-types/core/v1.js';
import { ImageKeeper } from './images/image-keeper.js';
import type { KubeletOptions } from './kubelet-options.js';
import type { HostFacts } from './node/host-facts.js';
import { hostFacts } from './node/host-facts.js';
import { LeaseHeartbeat } from './node/lease-heartbeat.js';
import { NodeAgent } from './node/node-agent.js';
import type { NodeFacts } from './node/node-object.js';
import { ObjectWatches } from './objects/object-watches.js';
import type { PodEvents } from './pod-events.js';
import { silentPodEvents } from './pod-events.js';
import { absentPod } from './pods/actual-pod.js';
import type { PodContext } from './pods/pod-context.js';
import { PodWorkers } from './pods/pod-workers.js';
import { ContainerProber } from './probes/container-prober.js';
import { RuntimeView } from './runtime-view.js';
import { apiPodSource } from './sources/api-pod-source.js';
import { tokensOf } from './service-account-tokens.js';
import { StatusWriter } from './status/status-writer.js';
import { PodStreams } from './streams/pod-streams.js';
import { NodeDisk, noDisk } from './volumes/pod-disk.js';
import { PodVolumes } from './volumes/pod-volumes.js';

/** Milliseconds that a drain waits at most for the last statuses to be written. */
const LONGEST_FLUSH = 1000;
const CRASH_BACKOFF = { first: 10_000, max: 300_000 };

/**
 * Runs the pods that are bound to one node: registers the Node, renews its Lease, and brings what the container runtime has
 * to what the pods say, pod by pod. Start here: `pods/pod-worker.ts`.
 *
 * `start()` resolves when the node is registered, and tries until it is. `stop()` lets go of the containers **without**
 * ending them; the next kubelet of this node takes them over. {@link Kubelet.drain} ends them.
 */
export class Kubelet implements Lifecycle {
  readonly nodeName: string;
  /** What the API server serves of this node's pods. */
  readonly streams: PodStreams;
  readonly #options: KubeletOptions;
  readonly #logger: Logger;
  readonly #events: PodEvents;
  readonly #lifecycle: OnceLifecycle;
  #parts: Parts | undefined;
  #port: number | undefined;
  #host: HostFacts | undefined;

  constructor(options: KubeletOptions) {
    this.nodeName = options.nodeName;
    this.#options = options;
    this.#port = options.port;
    this.#logger = (options.logger ?? silentLogger).child({ component: 'kubelet', node: options.nodeName });
    this.#events = options.events ?? silentPodEvents;
    this.streams = new PodStreams({
      runtime: options.runtime,
      status: (uid) => this.#parts?.workers.get(uid)?.status,
      actual: async (uid) => (await this.#parts?.context.view.fresh())?.pod(uid) ?? absentPod,
    });
    this.#lifecycle = new OnceLifecycle({ start: (signal) => this.#begin(signal), stop: () => this.#end() });
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  /**
   * Ends all pods of the node, and those that come later: SIGTERM, SIGKILL after `gracePeriod` milliseconds, or the pod's own
   * grace period where that is shorter. Resolves when nothing of them runs; call {@link Kubelet.stop} then.
   *
   * The pod objects stay. Their status says that they wait to be run again, and the next kubelet of this node does so: same
   * uid, same restart counts, new sandboxes. Volumes stay too.
   */
  async drain({ gracePeriod = 3000 }: DrainOptions = {}): Promise<void> {
    await this.#parts?.workers.drain(gracePeriod);
    await this.#parts?.statuses.flush(LONGEST_FLUSH);
  }

  /** A pod of this node by name, as its source last said. */
  pod(namespace: string, name: string): Stored<Pod> | undefined {
    return this.#parts?.workers.named(namespace, name);
  }

  /** Port of the kubelet's server, to be written in the node's status. Call it before `start()`. */
  announcePort(port: number): void {
    this.#port = port;
  }

  async #begin(signal: AbortSignal): Promise<void> {
    const info = await this.#options.runtime.info();
    const parts = (this.#parts = this.#make(info));
    const node = await parts.agent.start(signal);
    await parts.heartbeat.start(node);
    parts.context.view.start();
    parts.workers.start(parts.context);
  }

  async #end(): Promise<void> {
    const parts = this.#parts;
    if (!parts) return;
    parts.context.view.stop();
    parts.context.objects.stop();
    await Promise.all([parts.statuses.stop(), parts.workers.stop(), parts.agent.stop(), parts.heartbeat.stop(), parts.services?.stop()]);
    this.#parts = undefined;
  }

  #make(info: RuntimeInfo): Parts {
    const { registries, environment, nodeName, leasePeriod, nodeStatusUpdatePeriod, nodeStatusReportPeriod } = this.#options;
    const logger = this.#logger;
    const common = { registries, environment, logger, nodeName };
    const sources = [apiPodSource(common), ...(this.#options.sources ?? [])];
    const workers = new PodWorkers({ ...common, sources, concurrency: this.#options.concurrency ?? 16 });
    const statuses = new StatusWriter(common);
    const own = this.#options.caches
      ? undefined
      : new RegistryCache<Service>({ reader: registries.registry(services), environment, logger });
    const context = this.#context(info, { workers, statuses, services: own });
    const agent = new NodeAgent({
      ...common,
      events: this.#events,
      facts: () => this.#facts(context.view),
      updatePeriod: nodeStatusUpdatePeriod ?? 10_000,
      reportPeriod: nodeStatusReportPeriod ?? 300_000,
    });
    const heartbeat = new LeaseHeartbeat({ ...common, period: leasePeriod ?? 10_000 });
    return { context, workers, statuses, agent, heartbeat, services: own };
  }

  #context(info: RuntimeInfo, { workers, statuses, services: own }: Pick<Parts, 'workers' | 'statuses' | 'services'>): PodContext {
    const { registries, runtime, environment, directory, caches, prober } = this.#options;
    const logger = this.#logger;
    const events = this.#events;
    const disk = directory === undefined ? noDisk : new NodeDisk(directory);
    return {
      registries,
      runtime,
      environment,
      logger,
      events,
      statuses,
      disk,
      view: new RuntimeView({
        runtime,
        environment,
        logger,
        relistPeriod: this.#options.relistPeriod ?? 10_000,
        onChange: (uid, present) => workers.runtimeChanged(uid, present),
      }),
      objects: new ObjectWatches({ registries, environment, logger, onChange: (uid) => workers.objectsChanged(uid) }),
      images: new ImageKeeper({ runtime, environment, events, images: info.images }),
      volumes: new PodVolumes(disk, environment),
      prober: prober ?? new ContainerProber(runtime, environment),
      tokens: this.#options.serviceAccountTokens ?? tokensOf(registries),
      hostIPs: this.#addresses,
      allocatable: this.#allocatable,
      runtimeName: info.name,
      crashBackoff: this.#options.crashBackoff ?? CRASH_BACKOFF,
      retryBackoff: this.#options.retryBackoff ?? CRASH_BACKOFF,
      logLimit: this.#options.logLimit,
      services: async () => {
        const cache = own ?? caches!.cache(services);
        await own?.start();
        await cache.synced;
        return cache.list();
      },
      wake: (uid, after) => workers.wake(uid, after),
    };
  }

  async #facts(view: RuntimeView): Promise<NodeFacts> {
    const runtime = await this.#options.runtime.info().catch((error: unknown) => String(error));
    const trouble = typeof runtime === 'string' ? runtime : textOf(view.error);
    return {
      name: this.nodeName,
      labels: this.#options.labels ?? {},
      host: this.#machine,
      capacity: this.#capacity,
      allocatable: this.#allocatable,
      addresses: this.#addresses,
      runtime: typeof runtime === 'string' ? undefined : runtime,
      port: this.#port,
      version: this.#options.version ?? 'v1.36.0+kubelib',
      trouble: trouble && `container runtime is down: ${trouble}`,
    };
  }

  get #machine(): HostFacts {
    return (this.#host ??= hostFacts());
  }

  get #capacity(): Readonly<Record<string, string>> {
    return { ...this.#machine.capacity, ...this.#options.capacity };
  }

  get #allocatable(): Readonly<Record<string, string>> {
    return { ...this.#capacity, ...this.#options.allocatable };
  }

  get #addresses(): readonly string[] {
    return this.#options.addresses ?? ['127.0.0.1'];
  }
}

function textOf(error: unknown): string | undefined {
  return error === undefined ? undefined : error instanceof Error ? error.message : JSON.stringify(error);
}

/** How a node is emptied. */
export interface DrainOptions {
  /** Milliseconds that containers have to end by themselves. Default 3 s. */
  readonly gracePeriod?: number | undefined;
}

/** What exists from start to stop. */
interface Parts {
  readonly context: PodContext;
  readonly workers: PodWorkers;
  readonly statuses: StatusWriter;
  readonly agent: NodeAgent;
  readonly heartbeat: LeaseHeartbeat;
  readonly services: RegistryCache<Service> | undefined;
}
