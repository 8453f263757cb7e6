import type { Duplex } from 'node:stream';
import type { Observable } from 'rxjs';
import { Subject } from 'rxjs';
import type { ExecSession, PodExecOptions, PodLogOptions } from '../../api/wire/pod-streams.js';
import type { Environment } from '../../base/environment.js';
import { OnceLifecycle } from '../../base/once-lifecycle.js';
import { answer } from '../answer.js';
import type {
  ContainerConfig,
  ContainerRuntime,
  ContainerStats,
  RuntimeEvent,
  RuntimeInfo,
  RuntimePod,
  SandboxConfig,
} from '../container-runtime.js';
import { limitBytes } from '../log-lines.js';
import { PodAddresses } from '../pod-addresses.js';
import { RuntimeError } from '../runtime-error.js';
import type { SimulatedExit } from './simulated-container.js';
import { SimulatedContainer } from './simulated-container.js';
import { printedLines } from './simulated-log.js';
import { simulatedSession } from './simulated-session.js';
import type { SimulationHooks } from './simulation.js';
import { behaviourFromEnvironment } from './simulation.js';

/** What a {@link SimulatedRuntime} is made with. */
export interface SimulatedRuntimeOptions extends SimulationHooks {
  readonly environment: Environment;
  /** The addresses pods get; nothing listens there. Default `10.0.0.0/8`. */
  readonly podRange?: string | undefined;
  /** What pods with `hostNetwork` get. Default `10.255.255.254`. */
  readonly hostAddress?: string | undefined;
  /** Milliseconds that making a sandbox takes. Default 0. */
  readonly sandboxDelay?: number | undefined;
  /** Milliseconds that the start of a container takes. Default 0. */
  readonly startDelay?: number | undefined;
}

interface Sandbox {
  readonly id: string;
  readonly config: SandboxConfig;
  readonly ip: string;
  readonly createdAt: number;
  readonly containers: SimulatedContainer[];
  ready: boolean;
}

/**
 * Runs nothing: containers do what hooks say, by the environment's clock. For tests, and for clusters of a size no machine carries.
 *
 * The instance is the machine: kubelets may come and go, and what runs goes on meanwhile, also between `stop()` and `start()`. Everything
 * is decided by the hooks and the environment, so that a run in virtual time repeats exactly. Files (mounts, logs) do not exist.
 */
export class SimulatedRuntime implements ContainerRuntime {
  readonly #options: SimulatedRuntimeOptions;
  readonly #environment: Environment;
  readonly #lifecycle = new OnceLifecycle({
    start: () => this.#eachContainer((container) => container.resume()),
    stop: () => this.#stop(),
  });
  readonly #events = new Subject<RuntimeEvent>();
  readonly #addresses: PodAddresses;
  readonly #sandboxes = new Map<string, Sandbox>();
  readonly #sandboxByUid = new Map<string, Sandbox>();
  readonly #containers = new Map<string, SimulatedContainer>();
  readonly #sandboxOf = new WeakMap<SimulatedContainer, Sandbox>();
  readonly #pulled = new Set<string>();
  readonly #execs = new Map<SimulatedContainer, Set<ExecSession>>();

  constructor(options: SimulatedRuntimeOptions) {
    this.#options = options;
    this.#environment = options.environment;
    this.#addresses = new PodAddresses(options.podRange ?? '10.0.0.0/8');
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  info(): Promise<RuntimeInfo> {
    return Promise.resolve({ name: 'simulated', version: '1', images: true });
  }

  pods(): Promise<readonly RuntimePod[]> {
    return Promise.resolve([...this.#sandboxes.values()].map(describe));
  }

  events(): Observable<RuntimeEvent> {
    return this.#events.asObservable();
  }

  createSandbox(config: SandboxConfig): Promise<string> {
    return answer(async () => {
      this.#checkRunning();
      const there = this.#sandboxByUid.get(config.pod.uid);
      if (there?.ready) return there.id;
      const { sandboxDelay, hostAddress = '10.255.255.254' } = this.#options;
      const ip = config.hostNetwork ? hostAddress : this.#addresses.take();
      const sandbox = { id: this.#environment.uuid(), config, ip, createdAt: this.#environment.now(), containers: [], ready: true };
      this.#sandboxes.set(sandbox.id, sandbox);
      this.#sandboxByUid.set(config.pod.uid, sandbox);
      if (sandboxDelay) await this.#environment.sleep(sandboxDelay);
      return sandbox.id;
    });
  }

  removeSandbox(sandboxId: string): Promise<void> {
    return answer(() => {
      const sandbox = this.#sandboxes.get(sandboxId);
      if (!sandbox) return;
      this.#killContainers(sandbox);
      for (const container of [...sandbox.containers]) this.#remove(container, sandbox);
      this.#sandboxes.delete(sandboxId);
      if (this.#sandboxByUid.get(sandbox.config.pod.uid) === sandbox) this.#sandboxByUid.delete(sandbox.config.pod.uid);
      this.#addresses.release(sandbox.ip);
    });
  }

  imageId(image: string): Promise<string | undefined> {
    return Promise.resolve(!this.#options.onPull || this.#pulled.has(image) ? image : undefined);
  }

  pullImage(image: string, signal?: AbortSignal): Promise<string> {
    return answer(async () => {
      try {
        await this.#options.onPull?.(image, signal);
      } catch (error) {
        throw new RuntimeError('ImagePull', error instanceof Error ? error.message : String(error), { cause: error });
      }
      this.#pulled.add(image);
      return image;
    });
  }

  createContainer(sandboxId: string, config: ContainerConfig): Promise<string> {
    return answer(async () => {
      const sandbox = this.#sandbox(sandboxId);
      if (!sandbox.ready) throw new RuntimeError('Failed', `sandbox ${sandboxId} is dead`);
      if ((await this.imageId(config.image)) === undefined) throw new RuntimeError('ImageMissing', `image "${config.image}" is not here`);
      const { name, attempt } = config;
      if (sandbox.containers.some(({ target }) => target.config.name === name && target.config.attempt === attempt)) {
        throw new RuntimeError('Exists', `attempt ${attempt} of container "${name}" exists already`);
      }
      const target = { id: this.#environment.uuid(), sandbox: sandbox.config, config };
      const container = new SimulatedContainer(target, this.#environment, (type) => this.#emit(type, container));
      sandbox.containers.push(container);
      this.#sandboxOf.set(container, sandbox);
      this.#containers.set(target.id, container);
      return target.id;
    });
  }

  startContainer(containerId: string): Promise<void> {
    return answer(async () => {
      const container = this.#container(containerId);
      const { startDelay, onStart = behaviourFromEnvironment } = this.#options;
      if (startDelay) await this.#environment.sleep(startDelay);
      container.start(onStart(container.target));
    });
  }

  stopContainer(containerId: string, gracePeriod: number): Promise<void> {
    return answer(() => this.#container(containerId).stop(gracePeriod));
  }

  removeContainer(containerId: string): Promise<void> {
    return answer(() => {
      const container = this.#containers.get(containerId);
      if (!container) return;
      if (container.running) throw new RuntimeError('Failed', `container "${container.target.config.name}" is running: stop it first`);
      this.#remove(container, this.#sandboxOf.get(container)!);
    });
  }

  logs(containerId: string, options: PodLogOptions, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    const container = this.#container(containerId);
    const over = () => container.exitCode !== undefined || !this.#lifecycle.running;
    return limitBytes(printedLines(container.log, options, this.#environment.now(), over, signal), options.limitBytes);
  }

  exec(containerId: string, options: PodExecOptions): Promise<ExecSession> {
    return answer(() => {
      const container = this.#runningContainer(containerId);
      const { onExec = () => 0 } = this.#options;
      return this.#track(
        container,
        simulatedSession((io) => onExec(container.target, options.command, io), options.stdin),
      );
    });
  }

  attach(containerId: string, options: Omit<PodExecOptions, 'command'>): Promise<ExecSession> {
    return answer(() => {
      const container = this.#runningContainer(containerId);
      if (options.stdin) throw new RuntimeError('Unsupported', 'simulated containers read nothing: attach without stdin');
      return simulatedSession(async ({ signal, ...outputs }) => {
        for await (const lines of container.log.read(0, () => !container.running || !this.#lifecycle.running, signal)) {
          for (const { stream, text } of lines) if (options[stream]) outputs[stream].write(text);
        }
        return container.exitCode ?? 0;
      }, false);
    });
  }

  portForward(sandboxId: string, port: number): Promise<Duplex> {
    return answer(() => {
      const connection = this.#options.onConnect?.(this.#sandbox(sandboxId).config.pod, port);
      if (!connection) throw new RuntimeError('Failed', `cannot connect to port ${port} of the pod: connection refused`);
      return connection;
    });
  }

  stats(containerId: string): Promise<ContainerStats | undefined> {
    return answer(() => this.#container(containerId).stats());
  }

  /** Ends a container now, as if by itself. Nothing happens when it does not run. */
  endContainer(containerId: string, exit: SimulatedExit): void {
    this.#container(containerId).end(exit);
  }

  /** Prints as a running container does. */
  print(containerId: string, text: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    this.#container(containerId).print(text, stream);
  }

  /** Lets a sandbox die, and its containers with it. */
  endSandbox(sandboxId: string): void {
    const sandbox = this.#sandbox(sandboxId);
    sandbox.ready = false;
    this.#killContainers(sandbox);
    this.#events.next({ type: 'sandboxDied', pod: sandbox.config.pod });
  }

  #stop(): void {
    this.#eachContainer((container) => container.pause());
    for (const sessions of this.#execs.values()) for (const session of sessions) session.kill();
    this.#eachContainer((container) => container.wakeReaders());
  }

  #eachContainer(act: (container: SimulatedContainer) => void): void {
    for (const container of this.#containers.values()) act(container);
  }

  #killContainers({ containers }: Sandbox): void {
    for (const container of containers) container.end({ exitCode: 137, signal: 9 });
  }

  #remove(container: SimulatedContainer, { containers }: Sandbox): void {
    containers.splice(containers.indexOf(container), 1);
    this.#containers.delete(container.target.id);
    this.#emit('removed', container);
  }

  #track(container: SimulatedContainer, session: ExecSession): ExecSession {
    const sessions = this.#execs.get(container) ?? new Set();
    this.#execs.set(container, sessions.add(session));
    void session.done.then(() => {
      sessions.delete(session);
      if (sessions.size === 0) this.#execs.delete(container);
    });
    return session;
  }

  #emit(type: RuntimeEvent['type'], container: SimulatedContainer): void {
    if (type === 'exited') for (const session of this.#execs.get(container) ?? []) session.kill();
    this.#events.next({ type, pod: container.target.sandbox.pod, container: container.target.config.name });
  }

  #checkRunning(): void {
    if (!this.#lifecycle.running) throw new RuntimeError('Unavailable', 'the simulated runtime is not started');
  }

  #sandbox(id: string): Sandbox {
    this.#checkRunning();
    const sandbox = this.#sandboxes.get(id);
    if (!sandbox) throw new RuntimeError('NotFound', `there is no sandbox ${id}`);
    return sandbox;
  }

  #container(id: string): SimulatedContainer {
    this.#checkRunning();
    const container = this.#containers.get(id);
    if (!container) throw new RuntimeError('NotFound', `there is no container ${id}`);
    return container;
  }

  #runningContainer(id: string): SimulatedContainer {
    const container = this.#container(id);
    if (!container.running) throw new RuntimeError('Failed', `container "${container.target.config.name}" is not running`);
    return container;
  }
}

function describe({ id, config, ip, createdAt, containers, ready }: Sandbox): RuntimePod {
  const { pod, labels } = config;
  return { sandboxId: id, pod, labels, ready, ips: [ip], createdAt, containers: containers.map((container) => container.describe()) };
}
