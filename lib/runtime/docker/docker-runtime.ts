import type { ContainerInspectInfo } from 'dockerode';
import type { Duplex } from 'node:stream';
import type { Observable, Subscription } from 'rxjs';
import { Subject } from 'rxjs';
import type { ExecSession, PodExecOptions, PodLogOptions } from '../../api/wire/pod-streams.js';
import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import { silentLogger } from '../../base/logger.js';
import { OnceLifecycle } from '../../base/once-lifecycle.js';
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
import { BUSYBOX_IMAGE } from './busybox-image.js';
import { containerOptions, sandboxOptions } from './container-options.js';
import type { DockerConnection } from './docker-engine.js';
import { DockerEngine } from './docker-engine.js';
import { watchEvents } from './docker-events.js';
import { attachToContainer, execInContainer } from './docker-exec.js';
import { pullImage } from './docker-images.js';
import { dockerLogs } from './docker-logs.js';
import { DockerPods, stateOf } from './docker-pods.js';
import { stopDockerContainer } from './docker-stop.js';
import { filterFor, readLabels } from './labels.js';
import { usageOf } from './usage.js';

/** What a {@link DockerRuntime} is made with. */
export interface DockerRuntimeOptions {
  /** Whose containers these are: only what bears this id in its labels is seen and touched. One id for each kubelet of an engine. */
  readonly planeId: string;
  /** Where the engine is. Default: DOCKER_HOST, or the usual socket. */
  readonly connection?: DockerConnection | undefined;
  /** Image of sandboxes; must be there. Default: {@link BUSYBOX_IMAGE}, which `ensureBusyboxImage` makes. */
  readonly sandboxImage?: string | undefined;
  /** What sandboxes run: anything that goes on for ever. Default `sleep 2147483647`; an empty list: the image's own entry point (of a pause image). */
  readonly sandboxCommand?: readonly string[] | undefined;
  /** The engine's network that pods are on. Default `bridge`. */
  readonly network?: string | undefined;
  /** Address of pods on the host network. Default `127.0.0.1`. */
  readonly hostAddress?: string | undefined;
  readonly environment: Environment;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
}

/**
 * Runs pods on a Docker engine.
 *
 * A pod is a sandbox container that holds the network and IPC namespaces, and with them the pod's address; its containers join it. Everything
 * is kept in labels, so that the next runtime with the same `planeId` finds it; other containers are not even listed. The engine never
 * restarts anything by itself. Ports are reached at the pod's address, which needs an engine on this machine.
 *
 * `logPath` is not used: the engine keeps the logs, and its json-file driver their limit. An exec can be killed only where the engine runs on
 * this machine; elsewhere its connection is closed.
 */
export class DockerRuntime implements ContainerRuntime {
  readonly #options: DockerRuntimeOptions;
  readonly #logger: Logger;
  readonly #lifecycle = new OnceLifecycle({
    start: (signal) => Promise.race([this.#start(signal), aborted(signal)]),
    stop: () => this.#stop(),
  });
  readonly #events = new Subject<RuntimeEvent>();
  readonly #sessions = new Set<ExecSession>();
  readonly #requests = new Set<AbortController>();
  readonly #making = new Map<string, Promise<string>>();
  #engine: DockerEngine | undefined;
  #pods: DockerPods | undefined;
  #watching: Subscription | undefined;

  constructor(options: DockerRuntimeOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  async info(): Promise<RuntimeInfo> {
    const { Version } = await this.#running().ask((docker) => docker.version());
    return { name: 'docker', version: Version, images: true };
  }

  async pods(): Promise<readonly RuntimePod[]> {
    this.#running();
    return this.#pods!.list();
  }

  events(): Observable<RuntimeEvent> {
    return this.#events.asObservable();
  }

  async createSandbox(config: SandboxConfig): Promise<string> {
    this.#running();
    const { uid } = config.pod;
    const making = this.#making.get(uid) ?? this.#makeSandbox(config).finally(() => this.#making.delete(uid));
    this.#making.set(uid, making);
    return making;
  }

  async removeSandbox(sandboxId: string): Promise<void> {
    const engine = this.#running();
    const filters = filterFor(this.#options.planeId, { sandboxId });
    const containers = await engine.ask((docker) => docker.listContainers({ all: true, filters }));
    await Promise.all(containers.map(({ Id }) => this.#remove(Id, true)));
    if (await this.#find(sandboxId)) await this.#remove(sandboxId, true);
  }

  async imageId(image: string): Promise<string | undefined> {
    return (await this.#running().askUnless([404], (docker) => docker.getImage(image).inspect()))?.Id;
  }

  async pullImage(image: string, signal?: AbortSignal): Promise<string> {
    await pullImage(this.#running(), image, signal);
    const id = await this.imageId(image);
    if (id === undefined) throw new RuntimeError('ImagePull', `image "${image}" was pulled and is not here`);
    return id;
  }

  async createContainer(sandboxId: string, config: ContainerConfig): Promise<string> {
    const engine = this.#running();
    const sandbox = await this.#get(sandboxId, 'sandbox');
    if (!sandbox.State.Running) throw new RuntimeError('Failed', `sandbox ${sandboxId} is dead`);
    const options = containerOptions(this.#options.planeId, sandbox.Id, readLabels(sandbox.Config.Labels).pod, config);
    const made = await engine.askUnless([409], (docker) => docker.createContainer(options));
    if (!made) throw new RuntimeError('Exists', `attempt ${config.attempt} of container "${config.name}" exists already`);
    return made.id;
  }

  async startContainer(containerId: string): Promise<void> {
    const { State, Config } = await this.#get(containerId);
    // The engine would start a dead container anew.
    if (stateOf(State.Status) !== 'created')
      throw new RuntimeError('Failed', `container "${readLabels(Config.Labels).name}" was started before`);
    await this.#running().ask((docker) => docker.getContainer(containerId).start());
    this.#pods?.touch(containerId);
  }

  async stopContainer(containerId: string, gracePeriod: number): Promise<void> {
    const engine = this.#running();
    const { State, Config } = await this.#get(containerId);
    if (!State.Running) return;
    const { environment } = this.#options;
    const request = this.#request();
    try {
      await stopDockerContainer(engine, {
        containerId,
        gracePeriod,
        environment,
        askWith: stopSignalOf(Config),
        signal: request.signal,
      });
    } finally {
      this.#requests.delete(request);
      this.#pods?.touch(containerId);
    }
  }

  async removeContainer(containerId: string): Promise<void> {
    if (await this.#find(containerId)) await this.#remove(containerId, false);
  }

  async *logs(containerId: string, options: PodLogOptions, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const engine = this.#running();
    const request = this.#request();
    const abort = () => request.abort();
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    try {
      const { Config } = await this.#get(containerId);
      yield* dockerLogs(engine, {
        ...options,
        containerId,
        terminal: Config.Tty,
        now: this.#options.environment.now(),
        signal: request.signal,
      });
    } catch (error) {
      if (!request.signal.aborted) throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#requests.delete(request);
    }
  }

  async exec(containerId: string, options: PodExecOptions): Promise<ExecSession> {
    await this.#getRunning(containerId);
    return this.#track(await execInContainer(this.#access(), containerId, options));
  }

  async attach(containerId: string, options: Omit<PodExecOptions, 'command'>): Promise<ExecSession> {
    const { Config } = await this.#getRunning(containerId);
    if (options.stdin && !Config.OpenStdin)
      throw new RuntimeError('Unsupported', 'the container was made without "stdin": attach without it, or exec');
    return this.#track(await attachToContainer(this.#access(), containerId, Config.Tty, options));
  }

  async portForward(sandboxId: string, port: number): Promise<Duplex> {
    const { NetworkSettings, HostConfig } = await this.#get(sandboxId, 'sandbox');
    const onHost = HostConfig.NetworkMode === 'host';
    const address = onHost ? (this.#options.hostAddress ?? '127.0.0.1') : Object.values(NetworkSettings.Networks)[0]?.IPAddress;
    if (!address) throw new RuntimeError('Failed', `sandbox ${sandboxId} has no address`);
    return connected(address, port);
  }

  async stats(containerId: string): Promise<ContainerStats | undefined> {
    const { State } = await this.#get(containerId);
    if (!State.Running) return undefined;
    // Without `one-shot` the engine takes two measures, a second apart.
    const stats = await this.#running().askUnless([404], (docker) =>
      docker.getContainer(containerId).stats({ stream: false, 'one-shot': true }),
    );
    return stats && usageOf(stats);
  }

  async #start(signal: AbortSignal): Promise<void> {
    const { planeId, connection, hostAddress = '127.0.0.1', environment } = this.#options;
    const engine = await DockerEngine.load(connection);
    signal.throwIfAborted();
    this.#engine = engine;
    await engine.ask((docker) => docker.ping());
    signal.throwIfAborted();
    const pods = (this.#pods = new DockerPods({ engine, planeId, hostAddress }));
    await new Promise<void>((resolve, reject) => {
      const options = {
        engine,
        planeId,
        environment,
        logger: this.#logger,
        onChange: (id: string) => pods.touch(id),
        onOpen: resolve,
        onError: reject,
      };
      this.#watching = watchEvents(options).subscribe((event) => this.#events.next(event));
    });
  }

  async #stop(): Promise<void> {
    this.#watching?.unsubscribe();
    for (const request of this.#requests) request.abort();
    const sessions = [...this.#sessions];
    for (const session of sessions) session.kill();
    await Promise.all(sessions.map(({ done }) => done));
    this.#engine?.close();
    this.#engine = undefined;
    this.#pods = undefined;
  }

  async #makeSandbox(config: SandboxConfig): Promise<string> {
    const engine = this.#running();
    const {
      planeId,
      environment,
      sandboxImage: image = BUSYBOX_IMAGE,
      sandboxCommand = ['sleep', '2147483647'],
      network = 'bridge',
    } = this.#options;
    const filters = { ...filterFor(planeId, { uid: config.pod.uid }), status: ['running'] };
    const [there] = await engine.ask((docker) => docker.listContainers({ filters }));
    if (there) return there.Id;
    const command = sandboxCommand.length > 0 ? sandboxCommand : undefined;
    const options = sandboxOptions(config, environment.uuid().slice(0, 8), { planeId, image, command, network });
    const { id } = await engine.ask((docker) => docker.createContainer(options));
    try {
      await engine.ask((docker) => docker.getContainer(id).start());
    } catch (error) {
      await this.#remove(id, true);
      throw error;
    }
    return id;
  }

  /** 404: somebody was faster; 409: it is being removed. */
  async #remove(id: string, force: boolean): Promise<void> {
    await this.#running().askUnless(force ? [404, 409] : [404], (docker) => docker.getContainer(id).remove({ force, v: true }));
  }

  #request(): AbortController {
    const request = new AbortController();
    this.#requests.add(request);
    return request;
  }

  #track(session: ExecSession): ExecSession {
    this.#sessions.add(session);
    void session.done.then(() => this.#sessions.delete(session));
    return session;
  }

  #access() {
    return { engine: this.#running(), environment: this.#options.environment, logger: this.#logger };
  }

  #running(): DockerEngine {
    if (!this.#engine || !this.#lifecycle.running) throw new RuntimeError('Unavailable', 'the docker runtime is not started');
    return this.#engine;
  }

  /** A container of ours; one of somebody else counts as none. */
  async #find(id: string): Promise<ContainerInspectInfo | undefined> {
    const found = await this.#running().askUnless([404], (docker) => docker.getContainer(id).inspect());
    return readLabels(found?.Config.Labels).plane === this.#options.planeId ? found : undefined;
  }

  async #get(id: string, kind: 'container' | 'sandbox' = 'container'): Promise<ContainerInspectInfo> {
    const found = await this.#find(id);
    if (!found || readLabels(found.Config.Labels).kind !== kind) throw new RuntimeError('NotFound', `there is no ${kind} ${id}`);
    return found;
  }

  async #getRunning(id: string): Promise<ContainerInspectInfo> {
    const found = await this.#get(id);
    if (!found.State.Running) throw new RuntimeError('Failed', `container "${readLabels(found.Config.Labels).name}" is not running`);
    return found;
  }
}

/** An image may ask for another signal; dockerode's types do not know. */
function stopSignalOf(config: { readonly Image: string; readonly StopSignal?: string }): string {
  return config.StopSignal ?? 'SIGTERM';
}

/** Rejects when `signal` aborts: an engine that never answers must not hold up a stop. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(new RuntimeError('Unavailable', 'stopped before the Docker engine answered')), {
      once: true,
    }),
  );
}
