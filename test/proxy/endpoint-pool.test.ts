import { expect } from 'chai';
import { silentLogger } from '../../lib/base/logger.js';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import type { Connection } from '../../lib/proxy/balancers/balancer.js';
import { roundRobin } from '../../lib/proxy/balancers/round-robin.js';
import { EndpointPool } from '../../lib/proxy/endpoint-pool.js';

const target = (address: string) => ({ address, port: 80 });
const from = (clientAddress: string): Connection => ({ service: 's', protocol: 'TCP', clientAddress, clientPort: 1 });

const poolOf = (environment = new VirtualEnvironment(), balancer = roundRobin()) =>
  new EndpointPool({ balancer, environment, logger: silentLogger });

describe('EndpointPool', () => {
  it('says which endpoints went, and keeps the counts of those that stay', () => {
    const pool = poolOf();
    pool.update([target('a'), target('b')], undefined);
    const a = pool.pick(from('x'));
    if (a) a.connections = 3;
    expect([...pool.update([target('a'), target('c')], undefined)].map(({ key }) => key)).to.deep.equal(['b:80']);
    expect([pool.pick(from('x')), pool.pick(from('x'))].find((one) => one?.address === 'a')?.connections).to.equal(3);
  });

  it('does not offer what was tried', () => {
    const pool = poolOf();
    pool.update([target('a'), target('b')], undefined);
    for (let i = 0; i < 4; i++) expect(pool.pick(from('x'), new Set(['a:80']))?.address).to.equal('b');
    expect(pool.pick(from('x'), new Set(['a:80', 'b:80']))).to.equal(undefined);
  });

  it('keeps a client at its endpoint until it has been idle for the time-out', async () => {
    const environment = new VirtualEnvironment();
    const pool = poolOf(environment);
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
    const pool = poolOf();
    pool.update([target('a'), target('b')], 10);
    expect(pool.pick(from('x'))?.address).to.equal('a');
    pool.update([target('b'), target('c')], 10);
    const next = pool.pick(from('x'))?.address;
    for (let i = 0; i < 4; i++) expect(pool.pick(from('x'))?.address).to.equal(next);
  });

  it('takes an address that passed to another pod for another endpoint', () => {
    const pool = poolOf();
    pool.update([{ ...target('a'), pod: 'default/old' }], undefined);
    const old = pool.pick(from('x'))!;
    expect([...pool.update([{ ...target('a'), pod: 'default/new' }], undefined)]).to.deep.equal([old]);
    expect(pool.has(old)).to.equal(false);
    expect(pool.pick(from('x'))?.pod).to.equal('default/new');
  });

  it('refuses a connection whose balancer throws or makes an endpoint up, and no other', () => {
    const answers = [
      () => {
        throw new Error('no idea');
      },
      () => ({ address: 'elsewhere', port: 1, connections: 0 }),
      () => ({ ...target('b'), connections: 0 }), // a copy of one that was offered will do
      () => undefined,
    ];
    const pool = poolOf(new VirtualEnvironment(), { pick: () => answers.shift()!() });
    pool.update([target('a'), target('b')], undefined);
    expect([1, 2, 3, 4].map(() => pool.pick(from('x'))?.address)).to.deep.equal([undefined, undefined, 'b', undefined]);
  });

  it('does not offer again what was tried, even if the balancer insists', () => {
    const pool = poolOf(new VirtualEnvironment(), { pick: () => ({ ...target('a'), connections: 0 }) });
    pool.update([target('a'), target('b')], undefined);
    expect(pool.pick(from('x'), new Set(['a:80']))).to.equal(undefined);
  });

  it('remembers a bounded number of clients', () => {
    const pool = poolOf();
    pool.update([target('a'), target('b')], 10);
    expect(pool.pick(from('first'))?.address).to.equal('a');
    for (let i = 0; i < 20_000; i++) pool.pick(from(`client-${i}`));
    expect(pool.pick(from('first'))?.address, 'forgotten, so its turn in the round decides').to.equal('b');
  });
});
