import { join } from 'node:path';
import type { Container, Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import { systemEnvironment } from '../../../lib/base/system-environment.js';
import { createCatalog } from '../../../lib/api/catalog.js';
import { configMaps } from '../../../lib/api/core/config-maps.js';
import { pods } from '../../../lib/api/core/pods.js';
import { builtInDefinitions } from '../../../lib/api/kinds.js';
import type { Stored } from '../../../lib/api/object.js';
import type { KubeletOptions } from '../../../lib/kubelet/kubelet-options.js';
import { Kubelet } from '../../../lib/kubelet/kubelet.js';
import { StoredRegistries } from '../../../lib/registry/stored/stored-registries.js';
import { ProcessRuntime } from '../../../lib/runtime/process/process-runtime.js';
import { MemoryStorage } from '../../../lib/storage/memory/memory-storage.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { eventually } from '../../support/eventually.js';
import { RecordingEvents } from './recording-events.js';

/** A kubelet that runs real processes of this machine. */
export class ProcessNode {
  readonly environment = systemEnvironment;
  readonly events = new RecordingEvents();
  readonly logger = new RecordingLogger();
  readonly registries: StoredRegistries;
  readonly directory: string;
  readonly #storage = new MemoryStorage();
  readonly #options: Partial<KubeletOptions>;
  runtime!: ProcessRuntime;
  kubelet!: Kubelet;

  constructor(directory: string, options: Partial<KubeletOptions> = {}) {
    this.directory = directory;
    this.#options = options;
    this.registries = new StoredRegistries({
      storage: this.#storage,
      environment: systemEnvironment,
      catalog: createCatalog(builtInDefinitions),
    });
  }

  async start(): Promise<this> {
    await this.#storage.start();
    await this.registries.start();
    await this.startNode();
    return this;
  }

  /** Begins the node's part: what a process of its own would do. */
  async startNode(): Promise<void> {
    const { registries, environment, events, logger, directory } = this;
    // Of 127/8 outside the default range, as other tests may run at the same time.
    const podRange = `127.${80 + Math.floor(Math.random() * 16)}.${Math.floor(Math.random() * 256)}.0/24`;
    this.runtime = new ProcessRuntime({ directory: join(directory, 'runtime'), podRange, environment, logger });
    await this.runtime.start();
    this.kubelet = new Kubelet({
      registries,
      runtime: this.runtime,
      environment,
      events,
      logger,
      nodeName: 'n1',
      directory,
      ...this.#options,
    });
    await this.kubelet.start();
  }

  /** Lets go of the pods' processes. */
  async stopNode(): Promise<void> {
    await this.kubelet.stop();
    await this.runtime.stop();
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    await this.kubelet.drain({ gracePeriod: 500 });
    await this.stopNode();
    await this.registries.stop();
    await this.#storage.stop();
  }

  createPod(name: string, spec: Partial<PodSpec> & { readonly container?: Partial<Container> } = {}): Promise<Stored<Pod>> {
    const { container, ...rest } = spec;
    const containers = rest.containers ?? [{ name: 'c', image: 'none', ...container }];
    return this.registries.registry(pods).create({
      metadata: { namespace: 'default', name },
      spec: { nodeName: 'n1', terminationGracePeriodSeconds: 1, ...rest, containers },
    });
  }

  createConfigMap(name: string, data: Record<string, string>) {
    return this.registries.registry(configMaps).create({ metadata: { namespace: 'default', name }, data });
  }

  pod(name: string): Promise<Stored<Pod>> {
    return this.registries.registry(pods).get({ namespace: 'default', name });
  }

  /** The pod, once this holds of it. */
  async podWhen(name: string, holds: (pod: Stored<Pod>) => boolean | undefined, timeout = 8000): Promise<Stored<Pod>> {
    let pod: Stored<Pod> | undefined;
    try {
      await eventually(async () => holds((pod = await this.pod(name))) ?? false, { timeout });
      return pod!;
    } catch (error) {
      const tail = JSON.stringify({ status: pod?.status, events: this.events.all, log: this.logger.lines }, undefined, 1);
      throw new Error(`${String(error)}\n${tail}`, { cause: error });
    }
  }

  /** The output of a container so far. */
  async logs(name: string, options: { readonly previous?: boolean; readonly container?: string } = {}): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await this.kubelet.streams.logs(await this.pod(name), options, new AbortController().signal))
      chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }
}

export const isReady = ({ status }: Pod) => status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True');
export const hasPhase = (phase: string) => (pod: Pod) => pod.status?.phase === phase;
