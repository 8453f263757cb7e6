import type { ConfigMap, Container, Node, Pod, PodSpec, Secret } from 'kubernetes-types/core/v1.js';
import { VirtualEnvironment } from '../../../lib/base/virtual-environment.js';
import { createCatalog } from '../../../lib/api/catalog.js';
import { configMaps } from '../../../lib/api/core/config-maps.js';
import { nodes } from '../../../lib/api/core/nodes.js';
import { pods } from '../../../lib/api/core/pods.js';
import { secrets } from '../../../lib/api/core/secrets.js';
import { builtInDefinitions } from '../../../lib/api/kinds.js';
import type { Stored } from '../../../lib/api/object.js';
import { StatusError } from '../../../lib/api/status-error.js';
import type { KubeletOptions } from '../../../lib/kubelet/kubelet-options.js';
import { Kubelet } from '../../../lib/kubelet/kubelet.js';
import { StoredRegistries } from '../../../lib/registry/stored/stored-registries.js';
import type { RuntimeContainer, RuntimePod } from '../../../lib/runtime/container-runtime.js';
import type { SimulatedRuntimeOptions } from '../../../lib/runtime/simulated/simulated-runtime.js';
import { SimulatedRuntime } from '../../../lib/runtime/simulated/simulated-runtime.js';
import { MemoryStorage } from '../../../lib/storage/memory/memory-storage.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { RecordingEvents } from './recording-events.js';

/** What a test says of its node. */
export interface SimulatedNodeOptions {
  readonly runtime?: Partial<SimulatedRuntimeOptions>;
  readonly kubelet?: Partial<KubeletOptions>;
}

/** A kubelet over simulated containers and an API in memory, all in virtual time. */
export class SimulatedNode {
  readonly environment = new VirtualEnvironment();
  readonly events = new RecordingEvents();
  readonly logger = new RecordingLogger();
  readonly registries: StoredRegistries;
  readonly runtime: SimulatedRuntime;
  kubelet: Kubelet;
  readonly storage: MemoryStorage;
  readonly #options: SimulatedNodeOptions;

  constructor(options: SimulatedNodeOptions = {}) {
    const { environment } = this;
    this.#options = options;
    this.storage = new MemoryStorage({ environment });
    this.registries = new StoredRegistries({ storage: this.storage, environment, catalog: createCatalog(builtInDefinitions) });
    this.runtime = new SimulatedRuntime({ environment, ...options.runtime });
    this.kubelet = this.#newKubelet();
  }

  async start(): Promise<this> {
    await this.storage.start();
    await this.#during(this.registries.start());
    await this.runtime.start();
    await this.#during(this.kubelet.start());
    return this;
  }

  /** Stops everything; what is left then is a leak. */
  async stop(): Promise<void> {
    await this.#during(this.kubelet.stop());
    await this.runtime.stop();
    await this.registries.stop();
    await this.storage.stop();
  }

  /** The kubelet's process ends; pods and runtime go on without it. */
  stopKubelet(): Promise<void> {
    return this.#during(this.kubelet.stop());
  }

  startKubelet(): Promise<void> {
    this.kubelet = this.#newKubelet();
    return this.#during(this.kubelet.start());
  }

  drain(gracePeriod?: number): Promise<void> {
    return this.#during(this.kubelet.drain({ gracePeriod }));
  }

  /** The kubelet's process ends and another one takes its place. */
  async restartKubelet(): Promise<void> {
    await this.stopKubelet();
    await this.startKubelet();
  }

  /** Has the pod bound to this node. */
  async createPod(
    name: string,
    spec: Partial<PodSpec> & { readonly container?: Partial<Container> } = {},
    metadata: Pod['metadata'] = {},
  ): Promise<Stored<Pod>> {
    const { container, ...rest } = spec;
    const containers = rest.containers ?? [{ name: 'c', image: 'app:1', ...container }];
    const pod = await this.registries.registry(pods).create({
      metadata: { namespace: 'default', ...metadata, name },
      spec: { nodeName: 'n1', ...rest, containers },
    });
    await this.environment.advance(0);
    return pod;
  }

  async pod(name: string): Promise<Stored<Pod>> {
    return this.registries.registry(pods).get({ namespace: 'default', name });
  }

  async podOrNothing(name: string): Promise<Stored<Pod> | undefined> {
    return this.pod(name).catch((error: unknown) => {
      if (!StatusError.is(error, 'NotFound')) throw error;
      return undefined;
    });
  }

  async deletePod(name: string, gracePeriodSeconds?: number): Promise<void> {
    await this.registries.registry(pods).delete({ namespace: 'default', name }, { gracePeriodSeconds });
    await this.environment.advance(0);
  }

  async createConfigMap(name: string, data: Record<string, string>): Promise<Stored<ConfigMap>> {
    return this.registries.registry(configMaps).create({ metadata: { namespace: 'default', name }, data });
  }

  async createSecret(name: string, data: Record<string, string>): Promise<Stored<Secret>> {
    const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
    return this.registries.registry(secrets).create({ metadata: { namespace: 'default', name }, data: encoded });
  }

  async node(): Promise<Stored<Node>> {
    return this.registries.registry(nodes).get({ name: 'n1' });
  }

  /** What the runtime has of a pod. */
  async sandboxes(name: string): Promise<readonly RuntimePod[]> {
    return (await this.runtime.pods()).filter(({ pod }) => pod.name === name);
  }

  /** Containers of a pod in the runtime, oldest first. */
  async containers(name: string): Promise<readonly RuntimeContainer[]> {
    return (await this.sandboxes(name)).flatMap(({ containers }) => containers);
  }

  /** The running container of a pod. */
  async running(name: string, container = 'c'): Promise<RuntimeContainer> {
    const found = (await this.containers(name)).find((one) => one.name === container && one.state === 'running');
    if (!found) throw new Error(`container ${container} of ${name} does not run`);
    return found;
  }

  /** Lets a pod's container end by itself. */
  async crash(name: string, exitCode = 1, container = 'c'): Promise<void> {
    this.runtime.endContainer((await this.running(name, container)).id, { exitCode });
    await this.environment.advance(0);
  }

  /** Lets time pass until `work` is through. */
  async #during<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const done = work.finally(() => (over = true));
    done.catch(() => undefined);
    while (!over) await this.environment.advance(100);
    return done;
  }

  #newKubelet(): Kubelet {
    const { registries, runtime, environment, events, logger } = this;
    return new Kubelet({
      registries,
      runtime,
      environment,
      events,
      logger,
      nodeName: 'n1',
      capacity: { cpu: '4', memory: '8Gi' },
      ...this.#options.kubelet,
    });
  }
}
