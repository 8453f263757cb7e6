import { expect } from 'chai';
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import type { OwnerReference } from 'kubernetes-types/meta/v1.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { nodes } from '../../lib/api/core/nodes.js';
import { pods } from '../../lib/api/core/pods.js';
import { replicationControllers } from '../../lib/api/core/replication-controllers.js';
import { defineResource } from '../../lib/api/define-resource.js';
import type { KubeObject, Stored } from '../../lib/api/object.js';
import { garbageCollector } from '../../lib/controllers/garbage-collection/garbage-collector.js';
import { replicationController } from '../../lib/controllers/replication/replication-controller.js';
import { nodeOf, podOf, running } from './running.js';
import type { Running } from './running.js';

describe('garbage collector', () => {
  let cluster: Running;

  beforeEach(async () => {
    cluster = await running([garbageCollector(), replicationController()]);
  });

  afterEach(() => cluster.stop());

  const owner = (object: Stored<KubeObject>, more: Partial<OwnerReference> = {}): OwnerReference => ({
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.metadata.name,
    uid: object.metadata.uid,
    ...more,
  });
  const create = (name: string, owners: OwnerReference[] = [], finalizers: string[] = []): Promise<Stored<ConfigMap>> =>
    cluster.registry(configMaps).create({ metadata: { name, namespace: 'default', ownerReferences: owners, finalizers } });
  const remove = async (name: string, propagationPolicy?: 'Background' | 'Foreground' | 'Orphan') => {
    await cluster.registry(configMaps).delete({ name, namespace: 'default' }, { propagationPolicy });
    await cluster.settle();
  };
  const find = (name: string) => cluster.find(configMaps, name, 'default');
  const names = async () => (await cluster.all(configMaps, 'default')).map(({ metadata }) => metadata.name);
  const release = async (name: string) => {
    await cluster
      .registry(configMaps)
      .modify({ name, namespace: 'default' }, (current) => ({ ...current, metadata: { ...current.metadata, finalizers: [] } }));
    await cluster.settle();
  };

  it('deletes dependents of dependents', async () => {
    const o = await create('o');
    const d = await create('d', [owner(o)]);
    await create('e', [owner(d)]);
    await create('bystander');
    await remove('o');
    expect(await names()).to.deep.equal(['bystander']);
  });

  it('finds dependents of an owner that was gone before it saw either', async () => {
    const o = await create('o');
    await cluster.registry(configMaps).delete({ name: 'o', namespace: 'default' });
    await create('d', [owner(o)]);
    await cluster.settle();
    expect(await names()).to.deep.equal([]);
  });

  it('takes another object of the same name for no owner', async () => {
    const o = await create('o');
    await create('d', [owner(o)]);
    await cluster.settle();
    await cluster.registry(configMaps).delete({ name: 'o', namespace: 'default' });
    await create('o');
    await cluster.settle();
    expect(await names()).to.deep.equal(['o']);
  });

  it('notices an owner whose name was taken again between two looks', async () => {
    await cluster.stop();
    cluster = await running([garbageCollector()], { lag: 100, batched: true });
    const o = await create('o');
    await create('d', [owner(o)]);
    await cluster.settle(1000);
    await cluster.registry(configMaps).delete({ name: 'o', namespace: 'default' });
    await create('o');
    await cluster.settle(1000);
    expect(await names()).to.deep.equal(['o']);
  });

  it('keeps what has another owner, without the reference to the one that is gone', async () => {
    const [a, b] = [await create('a'), await create('b')];
    await create('d', [owner(a), owner(b)]);
    await cluster.settle();
    await remove('a');
    expect((await find('d'))?.metadata.ownerReferences?.map(({ name }) => name)).to.deep.equal(['b']);
    await remove('b');
    expect(await names()).to.deep.equal([]);
  });

  it('keeps what is owned by a kind that nobody knows', async () => {
    await create('d', [{ apiVersion: 'acme.io/v1', kind: 'Thing', name: 'x', uid: '1' }]);
    await cluster.settle(3_600_000);
    expect(await names()).to.deep.equal(['d']);
  });

  it('works over kinds that come while it runs, and forgets none of their dependents when they go', async () => {
    const widgets = defineResource({ group: 'wire.example.com', version: 'v1', kind: 'Widget' });
    const { catalog } = cluster.registries;
    catalog.add(widgets);
    const made = (name: string, ownerReferences: OwnerReference[] = []) =>
      cluster.registry(widgets).create({ metadata: { name, namespace: 'default', ownerReferences } });
    const o = await create('o');
    const w = await made('w', [owner(o)]);
    await create('d', [owner(w)]);
    const other = await made('other');
    await create('e', [owner(other)]);
    await cluster.settle();
    expect(await names()).to.deep.equal(['d', 'e', 'o']);
    await remove('o');
    expect(await names()).to.deep.equal(['e']);
    // The kind goes in the same moment in which its object is seen to go, before anybody has looked.
    cluster.caches.cache(widgets).changes.subscribe(({ object }) => !object && catalog.remove(widgets));
    await cluster.registry(widgets).delete({ name: 'other', namespace: 'default' });
    await cluster.settle();
    expect(catalog.find('widgets')).to.equal(undefined);
    expect(await names()).to.deep.equal([]);
  });

  it('finds owners of a cluster-wide kind', async () => {
    const node = await cluster.registry(nodes).create(nodeOf('n'));
    await create('d', [owner(node)]);
    await cluster.settle(10_000);
    expect(await names()).to.deep.equal(['d']);
    await cluster.registry(nodes).delete({ name: 'n' });
    await cluster.settle();
    expect(await names()).to.deep.equal([]);
  });

  it('waits for the end of an owner with finalizers', async () => {
    const o = await create('o', [], ['acme.io/hold']);
    await create('d', [owner(o)]);
    await remove('o');
    await cluster.settle(10_000);
    expect((await find('d'))?.metadata.deletionTimestamp).to.equal(undefined);
    await release('o');
    expect(await names()).to.deep.equal([]);
  });

  it('orphans: dependents stay and lose the reference', async () => {
    const o = await create('o');
    const other = await create('other');
    await create('d', [owner(o), owner(other)]);
    await create('e', [owner(o)]);
    await cluster.settle();
    await remove('o', 'Orphan');
    expect(await names()).to.deep.equal(['d', 'e', 'other']);
    expect((await find('d'))?.metadata.ownerReferences?.map(({ name }) => name)).to.deep.equal(['other']);
    expect((await find('e'))?.metadata.ownerReferences).to.equal(undefined);
  });

  describe('in the foreground', () => {
    it('keeps the owner until the dependents that block it are gone', async () => {
      const o = await create('o');
      await create('d', [owner(o, { blockOwnerDeletion: true })], ['acme.io/hold']);
      await cluster.settle();
      await remove('o', 'Foreground');
      expect((await find('o'))?.metadata.finalizers).to.deep.equal(['foregroundDeletion']);
      expect((await find('d'))?.metadata.deletionTimestamp).not.to.equal(undefined);
      await release('d');
      expect(await names()).to.deep.equal([]);
    });

    it('does not wait for those that do not block, which go all the same', async () => {
      const o = await create('o');
      await create('d', [owner(o)], ['acme.io/hold']);
      await cluster.settle();
      await remove('o', 'Foreground');
      expect(await names()).to.deep.equal(['d']);
      expect((await find('d'))?.metadata.deletionTimestamp).not.to.equal(undefined);
    });

    it('waits down the chain', async () => {
      const o = await create('o');
      const d = await create('d', [owner(o, { blockOwnerDeletion: true })]);
      await create('e', [owner(d, { blockOwnerDeletion: true })], ['acme.io/hold']);
      await cluster.settle();
      await remove('o', 'Foreground');
      expect(await names()).to.deep.equal(['d', 'e', 'o']);
      await release('e');
      expect(await names()).to.deep.equal([]);
    });

    it('ends when a dependent that blocks gets rid of its reference', async () => {
      const [o, other] = [await create('o'), await create('other')];
      await create('d', [owner(o, { blockOwnerDeletion: true })], ['acme.io/hold']);
      await cluster.settle();
      await remove('o', 'Foreground');
      await cluster
        .registry(configMaps)
        .modify({ name: 'd', namespace: 'default' }, (d) => ({ ...d, metadata: { ...d.metadata, ownerReferences: [owner(other)] } }));
      await cluster.settle();
      expect(await names()).to.deep.equal(['d', 'other']);
    });

    it('lets a dependent live that has another owner', async () => {
      const [o, other] = [await create('o'), await create('other')];
      await create('d', [owner(o, { blockOwnerDeletion: true }), owner(other)]);
      await cluster.settle();
      await remove('o', 'Foreground');
      expect(await names()).to.deep.equal(['d', 'other']);
    });
  });

  describe('of a replication controller', () => {
    const rc = { name: 'web', namespace: 'default' };

    beforeEach(async () => {
      const template = { metadata: { labels: { app: 'web' } }, spec: podOf('x').spec! };
      await cluster.registry(replicationControllers).create({ metadata: rc, spec: { replicas: 3, selector: { app: 'web' }, template } });
      await cluster.settle();
      expect(await cluster.all(pods)).to.have.length(3);
    });

    for (const policy of ['Background', 'Foreground'] as const)
      it(`takes its pods with it (${policy})`, async () => {
        await cluster.registry(replicationControllers).delete(rc, { propagationPolicy: policy });
        await cluster.settle();
        expect(await cluster.all(pods)).to.deep.equal([]);
        expect(await cluster.all(replicationControllers)).to.deep.equal([]);
      });

    it('lets go of its pods when orphaning, and a successor adopts them', async () => {
      const before = (await cluster.all(pods)).map(({ metadata }) => metadata.uid);
      const { metadata: _, ...body } = (await cluster.find(replicationControllers, 'web'))!;
      await cluster.registry(replicationControllers).delete(rc, { propagationPolicy: 'Orphan' });
      await cluster.settle();
      expect((await cluster.all(pods)).map(({ metadata }) => metadata.ownerReferences)).to.deep.equal([undefined, undefined, undefined]);
      await cluster.registry(replicationControllers).create({ ...body, metadata: rc });
      await cluster.settle();
      expect((await cluster.all(pods)).map(({ metadata }) => [metadata.uid, metadata.ownerReferences?.length])).to.deep.equal(
        before.map((uid) => [uid, 1]),
      );
    });
  });
});
