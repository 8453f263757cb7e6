import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container } from 'inversify';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { stopAll } from '../base/lifecycles.js';
import type { Lifecycle } from '../base/lifecycle.js';
import { silentLogger } from '../base/logger.js';
import { systemEnvironment } from '../base/system-environment.js';
import type { KubeObject, Stored } from '../api/object.js';
import type { ResourceDefinition, WriteOnlyDefinition } from '../api/resource-definition.js';
import type { PodLogOptions } from '../api/wire/pod-streams.js';
import { StorageError } from '../storage/storage-error.js';
import type { Creator, Registries, Registry } from '../registry/registry.js';
import type { Caches } from '../watch/cache.js';
import { kubeconfigText } from './kubeconfig.js';
import type { Ground } from './ground.js';
import type { NodePool } from './node-pool.js';
import type { ControlPlaneOptions, ResolvedOptions } from './options.js';
import { PortInUseError } from './port-in-use-error.js';
import { isShared } from './shared.js';
import { StartError } from './start-error.js';
import { TOKENS } from './tokens.js';

/**
 * A running cluster in this process: API server, registries, scheduler, controllers, nodes and service proxy.
 *
 * ```ts
 * const plane = await ControlPlane.start();
 * await plane.registry(pods).create({ metadata: { namespace: 'default', name: 'web' }, spec: { containers: [...] } });
 * await plane.stop();
 * ```
 */
export class ControlPlane {
  /** Where every part is bound; see {@link TOKENS}. */
  readonly container: Container;
  readonly #options: ResolvedOptions;
  readonly #ground: Ground;
  readonly #started: Lifecycle[];
  #stopping: Promise<void> | undefined;

  private constructor(container: Container, options: ResolvedOptions, ground: Ground, cleanUp: readonly Lifecycle[]) {
    this.container = container;
    this.#options = options;
    this.#ground = ground;
    this.#started = [...cleanUp];
  }

  /**
   * Starts a cluster; resolves when the API answers and the nodes are registered. Every option is optional.
   *
   * Throws {@link PortInUseError} when the address is taken, {@link StartError} with one line for the user when something that was
   * asked for cannot be had here; nothing is left running then.
   */
  static async start(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
    const cleanUp: Lifecycle[] = [];
    const resolved = await resolve(options, cleanUp);
    const { assemble } = await import('./assembly.js'); // with all it needs: whoever imports types and kinds alone pays nothing for it
    const { container, ground } = assemble(resolved);
    const plane = new ControlPlane(container, resolved, ground, cleanUp);
    try {
      await plane.#start();
    } catch (error) {
      await plane.stop();
      throw startFailure(error, resolved);
    }
    return plane;
  }

  /** `https://127.0.0.1:6443` or where else the API server listens. */
  get url(): string {
    return this.container.get(TOKENS.server).url;
  }

  /** A kubeconfig for an administrator, YAML text. Secret: whoever has it owns the cluster. */
  get kubeconfig(): string {
    const { authority, admin } = this.#ground.identity;
    return kubeconfigText({ cluster: 'kubelib', server: this.url, ca: authority.pem.certificate, user: 'kubernetes-admin', ...admin });
  }

  /** The registries of all kinds. */
  get registries(): Registries {
    return this.container.get(TOKENS.registries);
  }

  /** The caches that the plane's own parts share. */
  get caches(): Caches {
    return this.container.get(TOKENS.caches);
  }

  /** Whether this plane schedules and runs controllers; of several over one storage, one does. */
  get leads(): boolean {
    const { container } = this;
    return isShared(this.#options.shared, container.get(TOKENS.storage)) ? container.get(TOKENS.elector).isLeader : true;
  }

  /** The nodes that run in this process. */
  get nodes(): NodePool {
    return this.container.get(TOKENS.nodes);
  }

  /** What runs pods: `process`, `docker`, `simulated` or `custom`. */
  get runtimeName(): string {
    const { runtime = 'process' } = this.#options;
    return typeof runtime === 'string' ? runtime : 'custom';
  }

  /** Typed access to one kind, built-in or your own. */
  registry<T extends KubeObject>(definition: WriteOnlyDefinition<T>): Creator<T>;
  registry<T extends KubeObject>(definition: ResourceDefinition<T>): Registry<T>;
  registry<T extends KubeObject>(definition: ResourceDefinition<T>): Registry<T> {
    return this.registries.registry(definition);
  }

  /** What a container of a pod wrote so far, or with `follow` until it ends. Throws StatusError, as `kubectl logs` does. */
  logs(
    pod: Stored<Pod>,
    options: PodLogOptions = {},
    signal: AbortSignal = new AbortController().signal,
  ): Promise<AsyncIterable<Uint8Array>> {
    return this.container.get(TOKENS.podConnector).logs(pod, options, signal);
  }

  /**
   * Stops everything: controllers first, then pods (their objects stay, so that the next start brings them back), proxy and server.
   * Leaves no process, socket, timer or lock. Safe to call twice.
   */
  stop(): Promise<void> {
    this.#stopping ??= stopAll(this.#started);
    return this.#stopping;
  }

  async #start(): Promise<void> {
    for (const part of partsOf(this.container, this.#ground, this.#options)) {
      const component = part();
      this.#started.push(component);
      await component.start();
    }
  }
}

/** In the order of their start. Each is made when those before it run. */
function partsOf(container: Container, ground: Ground, { nodes, proxy = nodes > 0, shared }: ResolvedOptions): (() => Lifecycle)[] {
  const leading = isShared(shared, container.get(TOKENS.storage))
    ? [() => container.get(TOKENS.elector)]
    : [() => container.get(TOKENS.scheduler), () => container.get(TOKENS.manager)];
  return [
    () => container.get(TOKENS.storage),
    () => ground,
    () => container.get(TOKENS.storedRegistries),
    () => container.get(TOKENS.caches),
    () => container.get(TOKENS.customKinds),
    () => container.get(TOKENS.server),
    () => container.get(TOKENS.kubernetesService),
    () => container.get(TOKENS.events),
    ...(proxy ? [() => container.get(TOKENS.proxy)] : []),
    () => container.get(TOKENS.nodes),
    ...leading,
  ];
}

/** What a failed start means to the user. */
function startFailure(error: unknown, { listen }: ResolvedOptions): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new PortInUseError(`${listen.host}:${listen.port} is in use`, { cause: error });
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || StorageError.is(error)) return new StartError(message, { cause: error });
  return error;
}

async function resolve(options: ControlPlaneOptions, cleanUp: Lifecycle[]): Promise<ResolvedOptions> {
  const directory = options.dataDir ?? (await temporaryDirectory(cleanUp));
  if (options.dataDir !== undefined) await mkdir(directory, { recursive: true, mode: 0o700 });
  const { host = '127.0.0.1', port = 0 } = options.listen ?? {};
  return {
    ...options,
    environment: options.environment ?? systemEnvironment,
    logger: options.logger ?? silentLogger,
    directory,
    listen: { host, port },
    nodes: options.nodes ?? 1,
  };
}

async function temporaryDirectory(cleanUp: Lifecycle[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'kubelib-'));
  cleanUp.push({ start: () => Promise.resolve(), stop: () => rm(directory, { recursive: true, force: true }) });
  return directory;
}
