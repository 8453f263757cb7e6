import type { Environment } from '../base/environment.js';
import { Affinity } from './affinity.js';
import type { Balancer, Connection, Endpoint } from './balancers/balancer.js';
import type { Target } from './service-ports.js';

/** An endpoint whose open connections are counted here. */
export interface PooledEndpoint extends Endpoint {
  readonly key: string;
  connections: number;
}

const keyOfTarget = ({ address, port }: Target) => `${address}:${port}`;

/** The endpoints of one Service port: who gets the next connection. */
export class EndpointPool {
  readonly #balancer: Balancer;
  readonly #affinity: Affinity;
  #affinityMilliseconds: number | undefined;
  #endpoints: readonly PooledEndpoint[] = [];

  constructor(balancer: Balancer, environment: Pick<Environment, 'monotonic'>) {
    this.#balancer = balancer;
    this.#affinity = new Affinity(environment);
  }

  get empty(): boolean {
    return this.#endpoints.length === 0;
  }

  /** Takes over the endpoints that are there now; those that stay keep their counts. Answers with the keys that went. */
  update(targets: readonly Target[], affinitySeconds: number | undefined): readonly string[] {
    this.#affinityMilliseconds = affinitySeconds === undefined ? undefined : affinitySeconds * 1000;
    if (affinitySeconds === undefined) this.#affinity.clear();
    const before = new Map(this.#endpoints.map((endpoint) => [endpoint.key, endpoint]));
    const next = targets.map((target) => before.get(keyOfTarget(target)) ?? { ...target, key: keyOfTarget(target), connections: 0 });
    next.forEach(({ key }) => before.delete(key));
    if (before.size > 0 || next.length !== this.#endpoints.length) this.#endpoints = next;
    return [...before.keys()];
  }

  /** The endpoint for a connection, none of those in `tried`. */
  pick(connection: Connection, tried: ReadonlySet<string> = new Set()): PooledEndpoint | undefined {
    const candidates = tried.size === 0 ? this.#endpoints : this.#endpoints.filter(({ key }) => !tried.has(key));
    if (candidates.length === 0) return undefined;
    const chosen = this.#sticky(connection, candidates) ?? (this.#balancer.pick(connection, candidates) as PooledEndpoint | undefined);
    if (chosen && this.#affinityMilliseconds !== undefined)
      this.#affinity.set(connection.clientAddress, chosen.key, this.#affinityMilliseconds);
    return chosen;
  }

  #sticky({ clientAddress }: Connection, candidates: readonly PooledEndpoint[]): PooledEndpoint | undefined {
    if (this.#affinityMilliseconds === undefined) return undefined;
    const key = this.#affinity.get(clientAddress);
    return key === undefined ? undefined : candidates.find((candidate) => candidate.key === key);
  }
}
