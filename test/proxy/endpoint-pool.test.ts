import { expect } from 'chai';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import type { Connection } from '../../lib/proxy/balancers/balancer.js';
import { roundRobin } from '../../lib/proxy/balancers/round-robin.js';
import { EndpointPool } from '../../lib/proxy/endpoint-pool.js';

const target = (address: string) => ({ address, port: 80 });
const from = (clientAddress: string): Connection => ({ service: 's', protocol: 'TCP', clientAddress, clientPort: 1 });

describe('EndpointPool', () => {
  it('says which endpoints went, and keeps the counts of those that stay', () => {
    const pool = new EndpointPool(roundRobin(), new VirtualEnvironment());
    pool.update([target('a'), target('b')], undefined);
    const a = pool.pick(from('x'));
    if (a) a.connections = 3;
    expect(pool.update([target('a'), target('c')], undefined)).to.deep.equal(['b:80']);
    expect([pool.pick(from('x')), pool.pick(from('x'))].find((one) => one?.address === 'a')?.connections).to.equal(3);
  });

  it('does not offer what was tried', () => {
    const pool = new EndpointPool(roundRobin(), new VirtualEnvironment());
    pool.update([target('a'), target('b')], undefined);
    for (let i = 0; i < 4; i++) expect(pool.pick(from('x'), new Set(['a:80']))?.address).to.equal('b');
    expect(pool.pick(from('x'), new Set(['a:80', 'b:80']))).to.equal(undefined);
  });

  it('keeps a client at its endpoint until it has been idle for the time-out', async () => {
    const environment = new VirtualEnvironment();
    const pool = new EndpointPool(roundRobin(), environment);
    pool.update([target('a'), target('b'), target('c')], 10);
    const first = pool.pick(from('x'))?.address;
    expect(pool.pick(from('y'))?.address).not.to.equal(first);
    await environment.advance(9_000);
    expect(pool.pick(from('x'))?.address).to.equal(first);
    await environment.advance(9_000);
    expect(pool.pick(from('x'))?.address, 'each use starts the time anew').to.equal(first);
    await environment.advance(11_000);
    expect(pool.pick(from('x'))?.address).not.to.equal(first);
  });

  it('moves a client whose endpoint went, and stays with the new one', () => {
    const pool = new EndpointPool(roundRobin(), new VirtualEnvironment());
    pool.update([target('a'), target('b')], 10);
    expect(pool.pick(from('x'))?.address).to.equal('a');
    pool.update([target('b'), target('c')], 10);
    const next = pool.pick(from('x'))?.address;
    for (let i = 0; i < 4; i++) expect(pool.pick(from('x'))?.address).to.equal(next);
  });

  it('remembers a bounded number of clients', () => {
    const pool = new EndpointPool(roundRobin(), new VirtualEnvironment());
    pool.update([target('a'), target('b')], 10);
    expect(pool.pick(from('first'))?.address).to.equal('a');
    for (let i = 0; i < 20_000; i++) pool.pick(from(`client-${i}`));
    expect(pool.pick(from('first'))?.address, 'forgotten, so its turn in the round decides').to.equal('b');
  });
});
