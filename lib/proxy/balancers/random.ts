import type { Environment } from '../../base/environment.js';
import type { Balancer, BalancerFactory } from './balancer.js';

/** Any endpoint, each as likely as another. */
export function randomBalancer(environment: Pick<Environment, 'random'>): BalancerFactory {
  return (): Balancer => ({
    pick: (_connection, endpoints) => endpoints[Math.floor(environment.random() * endpoints.length)],
  });
}
