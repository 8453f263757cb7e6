import type { Balancer, BalancerFactory } from './balancer.js';

/** Each endpoint in turn. The default, as in the classic kube-proxy. */
export const roundRobin: BalancerFactory = (): Balancer => {
  let next = 0;
  return {
    pick: (_connection, endpoints) => endpoints[next++ % endpoints.length],
  };
};
