import assert from 'node:assert/strict';
import type { BalancerFactory, Connection, Endpoint } from '../proxy/balancers/balancer.js';

const connection = (client = 0): Connection => ({
  service: 'default/web:http',
  protocol: client % 2 === 0 ? 'TCP' : 'UDP',
  clientAddress: `127.0.${client % 250}.1`,
  clientPort: 1024 + client,
});

function offered(count: number): readonly Endpoint[] {
  return Object.freeze(
    Array.from({ length: count }, (_, i) =>
      Object.freeze({ address: `127.64.0.${i}`, port: 8080, pod: `default/p${i}`, connections: i % 3 }),
    ),
  );
}

/**
 * Mocha tests that every `Balancer` must pass. One that refuses on purpose says when by `mayRefuse`.
 *
 * ```ts
 * balancerConformance('leastConnections', leastConnections);
 * ```
 */
export function balancerConformance(name: string, factory: BalancerFactory, { mayRefuse = false } = {}): void {
  describe(`${name} as a Balancer`, () => {
    const check = (choice: Endpoint | undefined, endpoints: readonly Endpoint[]) =>
      assert.ok((choice === undefined && mayRefuse) || (choice !== undefined && endpoints.includes(choice)), JSON.stringify(choice));

    it('chooses the only endpoint there is', () => {
      const endpoints = offered(1);
      const balancer = factory();
      for (let i = 0; i < 10; i++) check(balancer.pick(connection(i), endpoints), endpoints);
    });

    it('chooses one of those offered, and leaves the list alone', () => {
      const endpoints = offered(7); // frozen: a change would throw
      const balancer = factory();
      for (let i = 0; i < 500; i++) check(balancer.pick(connection(i), endpoints), endpoints);
    });

    it('chooses only from the present list while endpoints come and go', () => {
      const balancer = factory();
      for (let i = 0; i < 500; i++) {
        const endpoints = offered(1 + ((i * 7) % 11));
        check(balancer.pick(connection(i), endpoints), endpoints);
      }
    });

    it('serves each Service port from an instance of its own', () => {
      const [first, second] = [factory(), factory()];
      assert.notEqual(first, second);
      const endpoints = offered(3);
      for (let i = 0; i < 10; i++) check(first.pick(connection(i), endpoints), endpoints);
      check(second.pick(connection(), endpoints), endpoints);
    });

    it('copes with 5,000 endpoints', () => {
      const endpoints = offered(5000);
      const balancer = factory();
      for (let i = 0; i < 2000; i++) {
        const choice = balancer.pick(connection(i), endpoints);
        if (i % 100 === 0) check(choice, endpoints);
      }
    });
  });
}
