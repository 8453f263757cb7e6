import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import { Affinity } from './affinity.js';
import type { Balancer, Connection, Endpoint } from './balancers/balancer.js';
import type { Target } from './service-ports.js';

/** An endpoint whose open connections are counted here. */
export interface PooledEndpoint extends Endpoint {
  readonly key: string;
  connections: number;
}

/** What an {@link EndpointPool} takes. */
export interface EndpointPoolOptions {
  readonly balancer: Balancer;
  readonly environment: Pick<Environment, 'monotonic'>;
  readonly logger: Logger;
}

const keyOf = ({ address, port }: Target) => `${address}:${port}`;

/** The endpoints of one Service port: who gets the next connection. */
export class EndpointPool {
  readonly #options: EndpointPoolOptions;
  readonly #affinity: Affinity;
  #affinityMilliseconds: number | undefined;
  #endpoints: readonly PooledEndpoint[] = [];
  #byKey: ReadonlyMap<string, PooledEndpoint> = new Map();

  constructor(options: EndpointPoolOptions) {
    this.#options = options;
    this.#affinity = new Affinity(options.environment);
  }

  get empty(): boolean {
    return this.#endpoints.length === 0;
  }

  /**
   * Takes over the endpoints that are there now; those that stay keep their counts. Answers with those that went. An address
   * that has passed to another pod is another endpoint.
   */
  update(targets: readonly Target[], affinitySeconds: number | undefined): ReadonlySet<PooledEndpoint> {
    this.#affinityMilliseconds = affinitySeconds === undefined ? undefined : affinitySeconds * 1000;
    if (affinitySeconds === undefined) this.#affinity.clear();
    const next = targets.map((target) => this.#present(target) ?? { ...target, key: keyOf(target), connections: 0 });
    const gone = new Set(this.#endpoints);
    for (const endpoint of next) gone.delete(endpoint);
    if (gone.size === 0 && next.length === this.#endpoints.length) return gone;
    this.#endpoints = next;
    this.#byKey = new Map(next.map((endpoint) => [endpoint.key, endpoint]));
    return gone;
  }

  /** Whether new connections may still go there. */
  has(endpoint: PooledEndpoint): boolean {
    return this.#byKey.get(endpoint.key) === endpoint;
  }

  /** The endpoint for a connection, none of those in `tried`; `undefined`: refuse it. */
  pick(connection: Connection, tried: ReadonlySet<string> = new Set()): PooledEndpoint | undefined {
    const candidates = tried.size === 0 ? this.#endpoints : this.#endpoints.filter(({ key }) => !tried.has(key));
    if (candidates.length === 0) return undefined;
    const chosen = this.#sticky(connection, tried) ?? this.#balanced(connection, candidates, tried);
    if (chosen && this.#affinityMilliseconds !== undefined)
      this.#affinity.set(connection.clientAddress, chosen.key, this.#affinityMilliseconds);
    return chosen;
  }

  #present(target: Target): PooledEndpoint | undefined {
    const present = this.#byKey.get(keyOf(target));
    return present?.pod === target.pod ? present : undefined;
  }

  #sticky({ clientAddress }: Connection, tried: ReadonlySet<string>): PooledEndpoint | undefined {
    if (this.#affinityMilliseconds === undefined) return undefined;
    const key = this.#affinity.get(clientAddress);
    return key === undefined || tried.has(key) ? undefined : this.#byKey.get(key);
  }

  /** Balancers are other people's code: one that throws, or makes endpoints up, costs this connection and nothing else. */
  #balanced(connection: Connection, candidates: readonly PooledEndpoint[], tried: ReadonlySet<string>): PooledEndpoint | undefined {
    try {
      const choice = this.#options.balancer.pick(connection, candidates);
      if (choice === undefined) return undefined;
      const chosen = this.#byKey.get(keyOf(choice));
      if (chosen !== undefined && !tried.has(chosen.key)) return chosen;
      this.#options.logger.error('a balancer chose what it was not offered', { service: connection.service, choice: keyOf(choice) });
    } catch (error) {
      this.#options.logger.error('a balancer failed', { service: connection.service, error });
    }
    return undefined;
  }
}
