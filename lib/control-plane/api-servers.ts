import type { Lease } from 'kubernetes-types/coordination/v1.js';
import type { Environment } from '../base/environment.js';
import type { Lifecycle } from '../base/lifecycle.js';
import { type Logger, silentLogger } from '../base/logger.js';
import { OnceLifecycle } from '../base/once-lifecycle.js';
import { pause } from '../base/pause.js';
import { leases } from '../api/coordination/leases.js';
import { microTimestamp } from '../api/meta/time.js';
import { StatusError } from '../api/status-error.js';
import type { Registries, Registry } from '../registry/registry.js';

/** Where an API server can be reached by pods. */
export interface ServerAddress {
  readonly ip: string;
  readonly port: number;
}

/** What {@link ApiServers} takes. */
export interface ApiServersOptions {
  readonly registries: Registries;
  readonly environment: Environment;
  /** Unique among the control planes of the cluster, and the same after a restart. */
  readonly identity: string;
  readonly address: ServerAddress;
  /** Called with the addresses of all servers that live, this one among them, whenever that may have changed. */
  readonly onServers: (servers: readonly ServerAddress[]) => Promise<void>;
  readonly logger?: Logger | undefined;
}

const NAMESPACE = 'kube-system';
/** The label by which Kubernetes marks the Lease of an API server (KEP-1965). */
const LABELS = { 'apiserver.kubernetes.io/identity': 'kube-apiserver' };
const ADDRESS = 'kubelib/address';
/** Milliseconds between two renewals. */
const PERIOD = 5_000;
/** Milliseconds without a renewal after which a server counts as gone. */
const EXPIRY = 15_000;

/**
 * The API servers of one cluster, by the Lease that each of them renews.
 *
 * A lease is judged by how long it has not been seen to change, on the clock of the one who looks: clocks of different
 * machines are never compared.
 */
export class ApiServers implements Lifecycle {
  readonly #options: ApiServersOptions;
  readonly #registry: Registry<Lease>;
  readonly #logger: Logger;
  readonly #seen = new Map<string, { readonly version: string; readonly at: number }>();
  readonly #lifecycle = new OnceLifecycle({ start: () => this.#begin(), stop: () => this.#end() });
  #abort = new AbortController();
  #renewing: Promise<void> = Promise.resolve();

  constructor(options: ApiServersOptions) {
    this.#options = options;
    this.#registry = options.registries.registry(leases);
    this.#logger = (options.logger ?? silentLogger).child({ component: 'api-servers' });
  }

  /** Resolves when this server is among those known. */
  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  /** Takes this server out at once. */
  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  get #name(): { readonly namespace: string; readonly name: string } {
    return { namespace: NAMESPACE, name: `apiserver-${this.#options.identity}` };
  }

  async #begin(): Promise<void> {
    this.#abort = new AbortController();
    await this.#renew();
    await this.#report();
    this.#renewing = this.#goOn(this.#abort.signal);
  }

  async #end(): Promise<void> {
    this.#abort.abort(new Error('the server stops'));
    await this.#renewing;
    try {
      await this.#registry.delete(this.#name);
      await this.#report();
    } catch (error) {
      this.#logger.info('the lease of this server could not be removed and will expire', { error });
    }
  }

  async #goOn(signal: AbortSignal): Promise<void> {
    const { environment } = this.#options;
    while (await pause(environment, PERIOD, signal)) {
      try {
        await this.#renew();
        await this.#report();
      } catch (error) {
        this.#logger.warn('the lease of this server could not be renewed', { error });
      }
    }
  }

  async #renew(): Promise<void> {
    const { address, environment, identity } = this.#options;
    const spec = { holderIdentity: identity, leaseDurationSeconds: EXPIRY / 1000, renewTime: microTimestamp(environment.now()) };
    const metadata = { ...this.#name, labels: LABELS, annotations: { [ADDRESS]: `${address.ip} ${address.port}` } };
    try {
      await this.#registry.modify(this.#name, (lease) => ({ ...lease, metadata: { ...lease.metadata, ...metadata }, spec }));
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
      await this.#registry.create({ metadata, spec });
    }
  }

  async #report(): Promise<void> {
    const { items } = await this.#registry.list({ namespace: NAMESPACE, labelSelector: 'apiserver.kubernetes.io/identity=kube-apiserver' });
    const now = this.#options.environment.monotonic();
    const servers: ServerAddress[] = [];
    for (const { metadata } of items) {
      const seen = this.#seen.get(metadata.name);
      const at = seen?.version === metadata.resourceVersion ? seen.at : now;
      this.#seen.set(metadata.name, { version: metadata.resourceVersion, at });
      const [ip, port] = (metadata.annotations?.[ADDRESS] ?? '').split(' ');
      if (ip && port && now - at < EXPIRY) servers.push({ ip, port: Number(port) });
    }
    const names = new Set(items.map(({ metadata }) => metadata.name));
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#seen.delete(name);
    await this.#options.onServers(servers);
  }
}
