import type { Duplex } from 'node:stream';
import type { Pod, PodStatus } from 'kubernetes-types/core/v1.js';
import { pods } from '../../api/core/pods.js';
import type { Stored } from '../../api/object.js';
import { badRequest, notFound, StatusError } from '../../api/status-error.js';
import type { ExecSession, PodExecOptions, PodLogOptions } from '../../api/wire/pod-streams.js';
import type { ContainerRuntime } from '../../runtime/container-runtime.js';
import type { ActualPod } from '../pods/actual-pod.js';
import { newest } from '../pods/actual-pod.js';
import { chosenContainer, loggedContainer } from './container-choice.js';
import { asStatus, statusOf } from './runtime-failure.js';

/** What {@link PodStreams} ask of the kubelet. */
export interface PodStreamsOptions {
  readonly runtime: ContainerRuntime;
  /** Status of a pod of this node as last made; undefined: it is not one. */
  status(uid: string): PodStatus | undefined;
  /** What the runtime has of a pod now. */
  actual(uid: string): Promise<ActualPod>;
}

/** Output, commands and connections of this node's pods, as the API server serves them. All methods throw StatusError. */
export class PodStreams {
  readonly #options: PodStreamsOptions;

  constructor(options: PodStreamsOptions) {
    this.#options = options;
  }

  /** The output of a container; with `previous` that of the one before. */
  async logs(pod: Stored<Pod>, options: PodLogOptions, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const container = chosenContainer(pod, options.container);
    const id = loggedContainer(pod.metadata.name, this.#statusOf(pod), container, options.previous ?? false);
    const output = await asStatus(() => Promise.resolve(this.#options.runtime.logs(id, options, signal)));
    return asStatuses(output);
  }

  async exec(pod: Stored<Pod>, options: PodExecOptions): Promise<ExecSession> {
    if (options.command.length === 0) throw badRequest('you must specify at least one command for the container');
    const id = await this.#running(pod, options.container, 'exec into');
    return asStatus(() => this.#options.runtime.exec(id, options));
  }

  async attach(pod: Stored<Pod>, options: Omit<PodExecOptions, 'command'>): Promise<ExecSession> {
    const id = await this.#running(pod, options.container, 'attach to');
    return asStatus(() => this.#options.runtime.attach(id, options));
  }

  /** A connection to a port of the pod. */
  async portForward(pod: Stored<Pod>, port: number): Promise<Duplex> {
    const phase = this.#statusOf(pod).phase ?? 'Pending';
    if (phase !== 'Running') throw badRequest(`unable to forward port because pod is not running. Current status=${phase}`);
    const { sandbox } = await asStatus(() => this.#options.actual(pod.metadata.uid));
    if (!sandbox) throw new StatusError('NotFound', `sandbox of pod "${pod.metadata.name}" not found`);
    return asStatus(() => this.#options.runtime.portForward(sandbox.sandboxId, port));
  }

  #statusOf({ metadata }: Stored<Pod>): PodStatus {
    const status = this.#options.status(metadata.uid);
    if (!status) throw notFound(pods, metadata.name);
    return status;
  }

  async #running(pod: Stored<Pod>, asked: string | undefined, verb: string): Promise<string> {
    const name = chosenContainer(pod, asked);
    const { phase } = this.#statusOf(pod);
    if (phase === 'Succeeded' || phase === 'Failed')
      throw badRequest(`cannot ${verb} a container in a completed pod; current phase is ${phase}`);
    const actual = await asStatus(() => this.#options.actual(pod.metadata.uid));
    const record = newest(actual.containers, name);
    if (record?.state !== 'running') throw new StatusError('NotFound', `container not found ("${name}")`);
    return record.id;
  }
}

async function* asStatuses(output: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* output;
  } catch (error) {
    throw statusOf(error);
  }
}
