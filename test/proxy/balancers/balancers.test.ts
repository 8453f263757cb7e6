import { expect } from 'chai';
import type { BalancerFactory, Connection, Endpoint } from '../../../lib/proxy/balancers/balancer.js';
import { randomBalancer } from '../../../lib/proxy/balancers/random.js';
import { roundRobin } from '../../../lib/proxy/balancers/round-robin.js';
import { VirtualEnvironment } from '../../../lib/base/virtual-environment.js';
import { balancerConformance } from '../../../lib/testing/balancer-conformance.js';

balancerConformance('roundRobin', roundRobin);
balancerConformance('randomBalancer', randomBalancer(new VirtualEnvironment()));

const connection: Connection = { service: 'default/web:http', protocol: 'TCP', clientAddress: '127.0.0.1', clientPort: 4000 };
const endpoints: Endpoint[] = ['a', 'b', 'c'].map((address) => ({ address, port: 80, connections: 0 }));

const picks = (factory: BalancerFactory, count: number) => {
  const balancer = factory();
  return Array.from({ length: count }, () => balancer.pick(connection, endpoints)?.address);
};

describe('round robin', () => {
  it('gives each endpoint its turn', () => {
    expect(picks(roundRobin, 7)).to.deep.equal(['a', 'b', 'c', 'a', 'b', 'c', 'a']);
  });

  it('keeps going when the endpoints become fewer', () => {
    const balancer = roundRobin();
    endpoints.forEach(() => balancer.pick(connection, endpoints));
    expect(balancer.pick(connection, endpoints.slice(0, 1))?.address).to.equal('a');
    expect(balancer.pick(connection, endpoints.slice(0, 1))?.address).to.equal('a');
  });

  it('counts each Service port for itself', () => {
    expect(picks(roundRobin, 1)).to.deep.equal(picks(roundRobin, 1));
  });
});

describe('random', () => {
  it('gives each endpoint about the same share', () => {
    const chosen = picks(randomBalancer(new VirtualEnvironment({ seed: 7 })), 3000);
    for (const { address } of endpoints) expect(chosen.filter((one) => one === address).length).to.be.within(850, 1150);
  });
});
