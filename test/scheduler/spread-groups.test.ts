import { expect } from 'chai';
import type { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import type { ReplicationController, Service } from 'kubernetes-types/core/v1.js';
import { replicationControllers } from '../../lib/api/core/replication-controllers.js';
import { services } from '../../lib/api/core/services.js';
import { NodeCache } from '../../lib/scheduler/node-cache.js';
import { SpreadGroups } from '../../lib/scheduler/spread-groups.js';
import { SharedCaches } from '../../lib/watch/shared-caches.js';
import { memoryCluster } from '../support/memory-cluster.js';
import { info, storedNode } from './objects.js';

describe('SpreadGroups', () => {
  let cluster: Awaited<ReturnType<typeof memoryCluster<VirtualEnvironment>>>;
  let caches: SharedCaches;
  let groups: SpreadGroups;
  let cache: NodeCache;

  beforeEach(async () => {
    cluster = await memoryCluster();
    const { registries, environment } = cluster;
    caches = new SharedCaches({ registries, environment });
    groups = new SpreadGroups({
      services: caches.cache(services),
      controllers: caches.cache(replicationControllers),
      placed: () => cache.pods(),
    });
    cache = new NodeCache(groups);
    for (const name of ['n0', 'n1']) cache.setNode(storedNode(name));
    await caches.start();
    await environment.advance(0);
  });

  afterEach(async () => {
    await caches.stop();
    await cluster.stop();
  });

  const createService = async (name: string, selector: Record<string, string>) => {
    const service: Service = { metadata: { name, namespace: 'default' }, spec: { selector, ports: [{ port: 80 }] } };
    await cluster.registries.registry(services).create(service);
    await cluster.environment.advance(0);
    groups.selectorsChanged();
  };
  const web = (name: string, labels: Record<string, string> = {}) => info(name, {}, { labels: { app: 'web', ...labels } });
  const counts = (pod = web('new')) => {
    const found = groups.countsFor(pod);
    return found && ['n0', 'n1'].map((name) => found[cache.node(name)!.slot] ?? 0);
  };

  it('counts the pods that a service selects, those before and those after it was asked', async () => {
    await createService('s', { app: 'web' });
    cache.addPod(web('a'), 'n0');
    cache.addPod(info('other', {}, { labels: { app: 'db' } }), 'n0');
    cache.addPod(info('abroad', {}, { labels: { app: 'web' }, namespace: 'abroad' }), 'n0');
    expect(counts()).to.deep.equal([1, 0]);
    cache.addPod(web('b'), 'n1');
    cache.assume(web('c'), 'n1');
    expect(counts()).to.deep.equal([1, 2]);
    cache.removePod('uid-b');
    cache.forget('uid-c');
    expect(counts()).to.deep.equal([1, 0]);
  });

  it('does not count pods that are on their way out', async () => {
    await createService('s', { app: 'web' });
    cache.addPod(web('a'), 'n0');
    expect(counts()).to.deep.equal([1, 0]);
    cache.addPod(info('a', {}, { labels: { app: 'web' }, deletionTimestamp: '2025-01-01T00:00:00Z' }), 'n0');
    expect(counts()).to.deep.equal([0, 0]);
    cache.removePod('uid-a');
    expect(counts()).to.deep.equal([0, 0]);
  });

  it('counts what all services and the controller of a pod select together', async () => {
    const controller: ReplicationController = {
      metadata: { name: 'rc', namespace: 'default' },
      spec: {
        replicas: 0,
        selector: { tier: 'front' },
        template: { metadata: { labels: { tier: 'front' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    };
    const { metadata } = await cluster.registries.registry(replicationControllers).create(controller);
    await createService('s', { app: 'web' });
    const owned = (name: string) =>
      info(
        name,
        {},
        {
          labels: { app: 'web', tier: 'front' },
          ownerReferences: [{ apiVersion: 'v1', kind: 'ReplicationController', name: 'rc', uid: metadata.uid, controller: true }],
        },
      );
    cache.addPod(web('a'), 'n0');
    cache.addPod(owned('b'), 'n1');
    expect(counts()).to.deep.equal([1, 1]);
    expect(counts(owned('new'))).to.deep.equal([0, 1]);
  });

  it('knows no peers of a pod that nobody selects, until somebody does', async () => {
    cache.addPod(web('a'), 'n0');
    expect(counts()).to.equal(undefined);
    expect(groups.countsFor(info('bare'))).to.equal(undefined);
    await createService('s', { app: 'web' });
    expect(counts()).to.deep.equal([1, 0]);
  });

  it('begins with nothing on a node that takes over the place of another', async () => {
    await createService('s', { app: 'web' });
    cache.addPod(web('a'), 'n0');
    counts();
    const { slot } = cache.node('n0')!;
    cache.removeNode('n0');
    cache.removePod('uid-a');
    cache.setNode(storedNode('n0'));
    expect(cache.node('n0')!.slot).to.equal(slot);
    expect(counts()).to.deep.equal([0, 0]);
  });
});
