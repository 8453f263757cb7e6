import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Observable } from 'rxjs';
import { Subject } from 'rxjs';
import type { ExecSession, PodExecOptions, PodLogOptions } from '../../api/wire/pod-streams.js';
import type { Environment, Timer } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import { silentLogger } from '../../base/logger.js';
import { OnceLifecycle } from '../../base/once-lifecycle.js';
import { answer } from '../answer.js';
import { connected } from '../connected.js';
import type {
  ContainerConfig,
  ContainerRuntime,
  ContainerStats,
  RuntimeEvent,
  RuntimeInfo,
  RuntimePod,
  SandboxConfig,
} from '../container-runtime.js';
import { RuntimeError } from '../runtime-error.js';
import type { ProcessContainer } from './container.js';
import type { Host } from './host.js';
import { inspectHost } from './host.js';
import { PodAddresses } from '../pod-addresses.js';
import { ProcessSandbox } from './sandbox.js';

const HOST_ADDRESS = '127.0.0.1';
const CHECK_MILLISECONDS = 1000;

/** What a {@link ProcessRuntime} is made with. */
export interface ProcessRuntimeOptions {
  /** Where its state lies; one runtime a directory. Made when absent. A runtime that starts with it again adopts what still runs. */
  readonly directory: string;
  /**
   * The addresses that pods get, each its own, as a range of IPv4. Every address of 127.0.0.0/8 is local on Linux without any set-up.
   * Default `127.64.0.0/16`. Runtimes that run on one machine at the same time need ranges of their own.
   */
  readonly podRange?: string | undefined;
  /** PATH of containers that set none, and of exec. Default: PATH of this process. */
  readonly path?: string | undefined;
  readonly environment: Environment;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
}

/**
 * Runs pods as plain processes of this machine: no engine, no images, no privileges.
 *
 * A container is a process in a session of its own, and lives on when this process ends, however that happens: its output goes to files,
 * its exit code is written down by a small shell around it, and the next runtime with the same `directory` takes it over.
 *
 * **What a container sees.** It runs in a root directory of its own below the pod's, named by `KUBELIB_ROOT`. Mounts are links below
 * it: a volume at `/etc/config` is `$KUBELIB_ROOT/etc/config`, or `etc/config` seen from where it starts. `workingDir` and relative commands
 * are looked for there first. Its environment is what its spec gives, and PATH, HOME, HOSTNAME, `KUBELIB_ROOT` and `POD_IP`. Each pod has a
 * loopback address of its own, `POD_IP`: **a server must bind to it** (not to 0.0.0.0), so that replicas can share a port number. Pods with
 * `hostNetwork` have 127.0.0.1.
 *
 * **What is not isolated.** Files: a process sees the whole machine, and read-only mounts are links like the others. Network: it can bind
 * and reach what this process can. Processes: it sees and may signal all of its user, and what leaves its session (a daemon) is not ended
 * with it. Resources: CPU and memory limits are not enforced. Users: its own only with `runAsUser`, which needs root. So it is for programs
 * that are trusted as much as kubelib itself. A container has no terminal and no standard input; exec may have both.
 */
export class ProcessRuntime implements ContainerRuntime {
  readonly #options: ProcessRuntimeOptions;
  readonly #logger: Logger;
  readonly #lifecycle = new OnceLifecycle({ start: () => this.#start(), stop: () => this.#stop() });
  readonly #events = new Subject<RuntimeEvent>();
  readonly #sandboxes = new Map<string, ProcessSandbox>();
  readonly #addresses: PodAddresses;
  #host: Host | undefined;
  #checking: Timer | undefined;

  constructor(options: ProcessRuntimeOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#addresses = new PodAddresses(options.podRange ?? '127.64.0.0/16');
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  info(): Promise<RuntimeInfo> {
    return Promise.resolve({ name: 'process', version: process.version, images: false });
  }

  pods(): Promise<readonly RuntimePod[]> {
    return answer(() => [...this.#sandboxes.values()].map((sandbox) => sandbox.describe()));
  }

  events(): Observable<RuntimeEvent> {
    return this.#events.asObservable();
  }

  createSandbox(config: SandboxConfig): Promise<string> {
    return answer(() => {
      const host = this.#running();
      for (const { ready, state } of this.#sandboxes.values()) if (ready && state.config.pod.uid === config.pod.uid) return state.id;
      const id = this.#options.environment.uuid();
      const ip = config.hostNetwork ? HOST_ADDRESS : this.#addresses.take();
      const state = { id, config, ip, createdAt: this.#options.environment.now(), bootId: host.bootId };
      this.#sandboxes.set(id, ProcessSandbox.create(host, join(this.#options.directory, id), state));
      return id;
    });
  }

  removeSandbox(sandboxId: string): Promise<void> {
    return answer(async () => {
      const sandbox = this.#sandboxes.get(sandboxId);
      if (!sandbox) return;
      await sandbox.remove();
      if (this.#sandboxes.delete(sandboxId)) this.#addresses.release(sandbox.state.ip);
    });
  }

  imageId(image: string): Promise<string> {
    return Promise.resolve(image);
  }

  pullImage(image: string): Promise<string> {
    return Promise.resolve(image);
  }

  createContainer(sandboxId: string, config: ContainerConfig): Promise<string> {
    return answer(() => {
      this.#running();
      const sandbox = this.#sandbox(sandboxId);
      if (!sandbox.ready) throw new RuntimeError('Failed', 'the machine was booted since the sandbox was made: make it anew');
      return sandbox.createContainer(this.#options.environment.uuid(), config).id;
    });
  }

  startContainer(containerId: string): Promise<void> {
    return answer(() => this.#container(containerId).start());
  }

  stopContainer(containerId: string, gracePeriod: number): Promise<void> {
    return answer(() => this.#container(containerId).stop(gracePeriod));
  }

  removeContainer(containerId: string): Promise<void> {
    return answer(() => {
      for (const sandbox of this.#sandboxes.values()) {
        for (const container of sandbox.containers) if (container.id === containerId) return sandbox.removeContainer(container);
      }
    });
  }

  logs(containerId: string, options: PodLogOptions, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    return this.#container(containerId).logs(options, signal);
  }

  exec(containerId: string, options: PodExecOptions): Promise<ExecSession> {
    return answer(() => this.#container(containerId).exec(options));
  }

  attach(containerId: string, options: Omit<PodExecOptions, 'command'>): Promise<ExecSession> {
    return answer(() => this.#container(containerId).attach(options));
  }

  portForward(sandboxId: string, port: number): Promise<Duplex> {
    return answer(async () => connected(this.#sandbox(sandboxId).state.ip, port));
  }

  stats(containerId: string): Promise<ContainerStats | undefined> {
    return answer(() => this.#container(containerId).stats());
  }

  async #start(): Promise<void> {
    const { directory, environment, path = process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin' } = this.#options;
    const host = (this.#host = inspectHost({ environment, logger: this.#logger, path, emit: (event) => this.#events.next(event) }));
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(directory)) await this.#load(host, join(directory, name));
    this.#check();
  }

  async #load(host: Host, directory: string): Promise<void> {
    const sandbox = await ProcessSandbox.load(host, directory);
    if (!sandbox) return rmSync(directory, { recursive: true, force: true });
    this.#sandboxes.set(sandbox.state.id, sandbox);
    this.#addresses.hold(sandbox.state.ip);
  }

  #stop(): void {
    this.#checking?.cancel();
    for (const container of this.#containers()) container.release();
    this.#sandboxes.clear();
    this.#host = undefined;
  }

  #check(): void {
    for (const container of this.#containers()) container.check();
    this.#checking = this.#options.environment.timer(CHECK_MILLISECONDS, () => this.#check(), { unref: true });
  }

  #running(): Host {
    if (!this.#host) throw new RuntimeError('Unavailable', 'the process runtime is not started');
    return this.#host;
  }

  #sandbox(id: string): ProcessSandbox {
    this.#running();
    const sandbox = this.#sandboxes.get(id);
    if (!sandbox) throw new RuntimeError('NotFound', `there is no sandbox ${id}`);
    return sandbox;
  }

  #container(id: string): ProcessContainer {
    this.#running();
    for (const container of this.#containers()) if (container.id === id) return container;
    throw new RuntimeError('NotFound', `there is no container ${id}`);
  }

  *#containers(): Generator<ProcessContainer> {
    for (const sandbox of this.#sandboxes.values()) yield* sandbox.containers;
  }
}
