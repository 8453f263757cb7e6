import { expect } from 'chai';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { secrets } from '../../lib/api/core/secrets.js';
import { SharedCaches } from '../../lib/watch/shared-caches.js';
import { memoryCluster } from '../support/memory-cluster.js';

describe('SharedCaches', () => {
  const make = async () => {
    const cluster = await memoryCluster();
    await cluster.registries.registry(configMaps).create({ metadata: { name: 'a', namespace: 'default' } });
    return { ...cluster, caches: new SharedCaches(cluster) };
  };

  it('share one cache a kind, whichever definition of it is used to ask', async () => {
    const { caches } = await make();
    expect(caches.cache(configMaps)).to.equal(caches.cache({ ...configMaps }));
    expect(caches.cache(configMaps)).not.to.equal(caches.cache(secrets));
  });

  it('watch nothing before they are started, and tell when all that were asked for are full', async () => {
    const { caches, environment } = await make();
    const cache = caches.cache(configMaps);
    caches.cache(secrets);
    let synced = false;
    void caches.synced.then(() => (synced = true));
    await environment.advance(1000);
    expect([cache.size, synced]).to.deep.equal([0, false]);
    await caches.start();
    await environment.advance(0);
    expect([cache.size, synced]).to.deep.equal([1, true]);
  });

  it('start what is asked for later at once', async () => {
    const { caches, environment } = await make();
    await caches.start();
    await caches.synced;
    const cache = caches.cache(configMaps);
    const synced = caches.synced;
    await environment.advance(0);
    await synced;
    expect(cache.size).to.equal(1);
  });

  it('stop the cache of a kind that leaves the catalog; the kind may come back', async () => {
    const { caches, environment, registries } = await make();
    const changed = { ...configMaps };
    const cache = caches.cache(configMaps);
    const others = caches.cache(secrets);
    await caches.start();
    await environment.advance(0);
    registries.catalog.remove(configMaps);
    registries.catalog.add(changed);
    await registries.registry(configMaps).create({ metadata: { name: 'b', namespace: 'default' } });
    const again = caches.cache(changed);
    await environment.advance(1000);
    expect([cache.size, again.size]).to.deep.equal([1, 2]);
    expect(caches.cache(changed)).to.equal(again);
    expect(caches.cache(secrets)).to.equal(others);
    await caches.stop();
    registries.catalog.remove(changed);
    expect(caches.cache(changed)).to.equal(again);
  });

  it('leave nothing running when stopped', async () => {
    const { caches, environment, registries, stop } = await make();
    const cache = caches.cache(configMaps);
    await caches.start();
    await environment.advance(0);
    await caches.stop();
    await caches.stop();
    await registries.registry(configMaps).create({ metadata: { name: 'b', namespace: 'default' } });
    await environment.advance(1000);
    expect(cache.size).to.equal(1);
    await stop();
    expect(environment.pendingTimers).to.equal(0);
  });
});
