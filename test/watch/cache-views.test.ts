import { expect } from 'chai';
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { SharedCaches } from '../../lib/watch/shared-caches.js';
import { memoryCluster } from '../support/memory-cluster.js';

const draft = (name: string, labels: Record<string, string> = {}): ConfigMap => ({
  metadata: { name, namespace: 'default', labels },
  data: { a: 'x'.repeat(1000) },
});

describe('views of caches', () => {
  const start = async () => {
    const cluster = await memoryCluster();
    const caches = new SharedCaches(cluster);
    await caches.start();
    const stop = async () => {
      await caches.stop();
      await cluster.stop();
    };
    return { ...cluster, caches, registry: cluster.registries.registry(configMaps), stop };
  };

  it('hold what they select, and follow what enters and leaves', async () => {
    const { caches, registry, environment, stop } = await start();
    await registry.create(draft('a', { app: 'shop' }));
    await registry.create(draft('b'));
    const shop = caches.cache(configMaps, { labelSelector: 'app=shop' });
    const all = caches.cache(configMaps);
    await environment.advance(0);
    expect([shop.size, all.size]).to.deep.equal([1, 2]);
    await registry.modify({ name: 'b', namespace: 'default' }, (one) => ({
      ...one,
      metadata: { ...one.metadata, labels: { app: 'shop' } },
    }));
    await registry.modify({ name: 'a', namespace: 'default' }, (one) => ({ ...one, metadata: { ...one.metadata, labels: {} } }));
    await environment.advance(0);
    expect([shop.list().map(({ metadata }) => metadata.name), all.size]).to.deep.equal([['b'], 2]);
    await stop();
  });

  it('leave managedFields out unless they are asked for, and all but metadata if that is enough', async () => {
    const { caches, registry, environment, stop } = await start();
    await registry.create(draft('a'));
    const [plain, full, thin] = [
      caches.cache(configMaps),
      caches.cache(configMaps, { managedFields: true }),
      caches.cache(configMaps, { metadataOnly: true }),
    ];
    await environment.advance(0);
    // @ts-expect-error its type says that there is nothing else
    expect(thin.list()[0]!.data).to.equal(undefined);
    const facts = ([one]: readonly ConfigMap[]) => [one?.metadata?.managedFields !== undefined, one?.data !== undefined, one?.kind];
    expect([facts(plain.list()), facts(full.list()), facts(thin.list() as readonly ConfigMap[])]).to.deep.equal([
      [false, true, 'ConfigMap'],
      [true, true, 'ConfigMap'],
      [false, false, 'ConfigMap'],
    ]);
    expect(Object.isFrozen(plain.list()[0]!.metadata)).to.equal(true);
    expect(plain.bytes).to.be.within(1000, 3000);
    expect(thin.bytes).to.be.below(1000);
    // What was read without managedFields may be written back: the server keeps its own.
    const [read] = plain.list();
    await registry.update({ ...read!, data: { b: '2' } });
    expect((await registry.get({ name: 'a', namespace: 'default' })).metadata.managedFields).to.have.length(1);
    await stop();
  });

  it('are one a kind and view, and stop with the last who lets go', async () => {
    const { caches, registry, environment, stop } = await start();
    const first = caches.acquire(configMaps, { namespace: 'default' });
    const second = caches.acquire(configMaps, { namespace: 'default' });
    expect(second.cache).to.equal(first.cache);
    expect(caches.acquire(configMaps, { namespace: 'other' }).cache).not.to.equal(first.cache);
    await environment.advance(0);
    first.release();
    first.release();
    await registry.create(draft('a'));
    await environment.advance(0);
    expect(second.cache.size).to.equal(1);
    second.release();
    await registry.create(draft('b'));
    await environment.advance(0);
    expect(second.cache.size, 'stopped').to.equal(1);
    expect(caches.acquire(configMaps, { namespace: 'default' }).cache).not.to.equal(first.cache);
    await stop();
  });

  it('wait for a version, also one that another kind has brought, and know how old they are', async () => {
    const { caches, registry, environment, storage, stop } = await start();
    await registry.create(draft('a'));
    const other = caches.cache(configMaps, { namespace: 'other' });
    expect(other.age).to.equal(Infinity);
    await environment.advance(0);
    await environment.advance(5000);
    expect(other.age).to.equal(5000);
    await registry.create(draft('b'));
    const version = String(await storage.revision());
    let reached = false;
    const waited = other.waitFor(version).then(() => (reached = true));
    expect(reached).to.equal(false);
    await environment.advance(0);
    await waited;
    expect([reached, other.resourceVersion, other.age]).to.deep.equal([true, version, 0]);
    const abort = new AbortController();
    const never = other.waitFor(String(Number(version) + 1000), abort.signal);
    abort.abort(new Error('enough'));
    expect(await never.catch((error: Error) => error.message)).to.equal('enough');
    await stop();
  });
});
