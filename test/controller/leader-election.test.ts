import { expect } from 'chai';
import type { Lease } from 'kubernetes-types/coordination/v1.js';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { leases } from '../../lib/api/coordination/leases.js';
import type { KubeObject, Stored } from '../../lib/api/object.js';
import type { ResourceDefinition } from '../../lib/api/resource-definition.js';
import { StatusError } from '../../lib/api/status-error.js';
import type { LeaderElectorOptions } from '../../lib/controller/leader-election.js';
import { LeaderElector } from '../../lib/controller/leader-election.js';
import type { Registries, Registry } from '../../lib/registry/registry.js';
import { memoryCluster } from '../support/memory-cluster.js';
import { RecordingLogger } from '../support/recording-logger.js';

/** The way to the server, that a test can cut: then calls fail, or are never answered. */
const cuttable = (registries: Registries) => {
  const line = { state: 'up' as 'up' | 'failing' | 'hanging' };
  const registry = <T extends KubeObject>(definition: ResourceDefinition<T>): Registry<T> =>
    new Proxy(registries.registry(definition), {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (line.state === 'up' || typeof method !== 'function')
          return typeof method === 'function' ? (method.bind(target) as unknown) : method;
        return () =>
          line.state === 'failing' ? Promise.reject(new StatusError('ServiceUnavailable', 'cut')) : new Promise(() => undefined);
      },
    });
  return { line, registries: { catalog: registries.catalog, registry } as Registries };
};

describe('LeaderElector', () => {
  const lease = { name: 'leader', namespace: 'kube-system' };

  const make = async () => {
    const cluster = await memoryCluster();
    const { environment } = cluster;
    const log: string[] = [];
    const leading: string[] = [];
    const candidate = (identity: string, options: Partial<LeaderElectorOptions> = {}) => {
      const { line, registries } = cuttable(cluster.registries);
      const logger = new RecordingLogger();
      const note = (what: string, change: () => void) => () => {
        log.push(`${identity} ${what} at ${environment.monotonic() / 1000}`);
        change();
        return Promise.resolve();
      };
      const work = {
        start: note('leads', () => leading.push(identity)),
        stop: note('stops', () => leading.splice(leading.indexOf(identity), 1)),
      };
      const elector = new LeaderElector({ registries, environment, identity, lease, leading: work, logger, ...options });
      return { elector, line, logger };
    };
    const read = (): Promise<Stored<Lease>> => cluster.registries.registry(leases).get(lease);
    return { ...cluster, log, leading, candidate, read };
  };

  it('takes a lease that nobody has, and renews it', async () => {
    const { candidate, environment, leading, read } = await make();
    const { elector } = candidate('a');
    await elector.start();
    await environment.advance(0);
    expect([leading, elector.isLeader, elector.leader]).to.deep.equal([['a'], true, 'a']);
    const before = (await read()).spec;
    expect(before).to.include({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
    await environment.advance(60_000);
    const after = (await read()).spec;
    expect(after?.acquireTime).to.equal(before?.acquireTime);
    expect(Date.parse(after?.renewTime ?? '') - Date.parse(before?.renewTime ?? '')).to.be.greaterThan(55_000);
    await elector.stop();
  });

  it('has one leader of several candidates', async () => {
    const { candidate, environment, leading } = await make();
    const electors = ['a', 'b', 'c'].map((identity) => candidate(identity).elector);
    for (const elector of electors) await elector.start();
    for (let second = 0; second < 120; second++) {
      await environment.advance(1000);
      expect(leading).to.deep.equal(['a']);
    }
    expect(electors.map(({ isLeader, leader }) => [isLeader, leader])).to.deep.equal([
      [true, 'a'],
      [false, 'a'],
      [false, 'a'],
    ]);
    for (const elector of electors.reverse()) await elector.stop();
    expect(environment.pendingTimers).to.equal(0);
  });

  it('gives the lease away when stopped, after its work has stopped, so that another leads soon', async () => {
    const { candidate, environment, log, read } = await make();
    const a = candidate('a').elector;
    const b = candidate('b').elector;
    await a.start();
    await environment.advance(0);
    await b.start();
    await environment.advance(10_000);
    await a.stop();
    expect((await read()).spec?.holderIdentity).to.equal('');
    await environment.advance(2500);
    expect(log.slice(0, 2)).to.deep.equal(['a leads at 0', 'a stops at 10']);
    expect(log[2]).to.match(/^b leads at 1[012]\b/);
    expect((await read()).spec).to.include({ holderIdentity: 'b', leaseTransitions: 1 });
    await b.stop();
    expect(environment.pendingTimers).to.equal(0);
  });

  for (const state of ['failing', 'hanging'] as const)
    it(`steps down when it could not renew for its deadline (${state}), before another takes over`, async () => {
      const { candidate, environment, log, leading, read } = await make();
      const a = candidate('a');
      const b = candidate('b');
      await a.elector.start();
      await environment.advance(0);
      await b.elector.start();
      await environment.advance(20_000);
      const renewed = Date.parse((await read()).spec?.renewTime ?? '') - environment.now() + environment.monotonic();
      a.line.state = state;
      for (let step = 0; step < 400; step++) {
        await environment.advance(100);
        expect(leading.length).to.be.at.most(1);
      }
      const at = (line: string | undefined) => Number(line?.split(' ').at(-1));
      expect(log.map((line) => line.replace(/ at .*/, ''))).to.deep.equal(['a leads', 'a stops', 'b leads']);
      expect(at(log[1]) * 1000, 'ten seconds after it asked for the last time').to.be.closeTo(renewed + 10_000, 2);
      expect(at(log[2]) * 1000).to.be.within(renewed + 15_000, renewed + 17_500);
      a.line.state = 'up';
      await environment.advance(10_000);
      expect(leading, 'the old one stays a candidate').to.deep.equal(['b']);
      await b.elector.stop();
      await environment.advance(3000);
      expect(leading).to.deep.equal(['a']);
      await a.elector.stop();
      expect(environment.pendingTimers).to.equal(0);
    });

  it('judges a lease by when it saw it change, not by the times written in it', async () => {
    const { candidate, environment, leading, registries } = await make();
    const ancient = '2001-01-01T00:00:00.000000Z';
    await registries
      .registry(leases)
      .create({ metadata: lease, spec: { holderIdentity: 'other', leaseDurationSeconds: 15, acquireTime: ancient, renewTime: ancient } });
    const { elector } = candidate('a');
    await elector.start();
    await environment.advance(14_900);
    expect(leading).to.deep.equal([]);
    await environment.advance(2600);
    expect(leading).to.deep.equal(['a']);
    await elector.stop();
  });

  it('is not fooled by a wall clock that jumps', async () => {
    class Jumping extends VirtualEnvironment {
      jump = 0;
      override now(): number {
        return super.now() + this.jump;
      }
    }
    const environment = new Jumping();
    const cluster = await memoryCluster({ environment });
    const leading: string[] = [];
    const work = { start: () => Promise.resolve(void leading.push('on')), stop: () => Promise.resolve(void leading.push('off')) };
    const elector = new LeaderElector({ registries: cluster.registries, environment, lease, leading: work });
    await elector.start();
    await environment.advance(5000);
    environment.jump = 86_400_000;
    await environment.advance(30_000);
    environment.jump = -86_400_000;
    await environment.advance(30_000);
    expect(leading).to.deep.equal(['on']);
    await elector.stop();
  });

  it('stops leading at once when another has taken the lease', async () => {
    const { candidate, environment, leading, registries } = await make();
    const { elector } = candidate('a');
    await elector.start();
    await environment.advance(0);
    await registries.registry(leases).modify(lease, (current) => ({ ...current, spec: { ...current.spec, holderIdentity: 'thief' } }));
    await environment.advance(2500);
    expect([leading, elector.leader]).to.deep.equal([[], 'thief']);
    await elector.stop();
    expect(environment.pendingTimers).to.equal(0);
  });

  it('gives the lease away when its work does not start', async () => {
    const { candidate, environment, read } = await make();
    const leading = { start: () => Promise.reject(new Error('broken')), stop: () => Promise.resolve() };
    const { elector, logger } = candidate('a', { leading });
    await elector.start();
    await environment.advance(0);
    expect((await read()).spec?.holderIdentity).to.equal('');
    expect(elector.isLeader).to.equal(false);
    expect(logger.messages('error')).to.deep.equal(['what the leader runs did not start']);
    await elector.stop();
    expect(environment.pendingTimers).to.equal(0);
  });

  it('refuses times that do not fit together', async () => {
    const { candidate } = await make();
    expect(() => candidate('a', { renewDeadline: '15s' })).to.throw(RangeError, 'renewDeadline');
    expect(() => candidate('a', { retryPeriod: '9s' })).to.throw(RangeError, 'retryPeriod');
  });
});
