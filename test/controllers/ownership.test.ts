import { expect } from 'chai';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { ownerReference } from '../../lib/api/meta/owner-references.js';
import { CatalogCaches } from '../../lib/watch/catalog-caches.js';
import { Ownership } from '../../lib/controllers/garbage-collection/ownership.js';
import { running } from './running.js';
import type { Running } from './running.js';

describe('Ownership', () => {
  let cluster: Running;
  let ownership: Ownership;

  beforeEach(async () => {
    cluster = await running([]);
    const { caches, registries } = cluster;
    const kinds = new CatalogCaches({ caches, catalog: registries.catalog, report: (error) => expect.fail(String(error)) });
    await kinds.start();
    await cluster.settle();
    ownership = new Ownership({ kinds, registries });
  });

  afterEach(() => cluster.stop());

  const create = (name: string) => cluster.registry(configMaps).create({ metadata: { name, namespace: 'default' } });

  it('remembers every owner that it has found, so that its going is noticed', async () => {
    const owner = await create('o');
    const dependent = await create('d');
    expect(ownership.seen(configMaps, { name: 'o', namespace: 'default' })).to.equal(undefined);
    expect(await ownership.owner(ownerReference(owner), dependent)).to.deep.include({ object: owner });
    expect(ownership.seen(configMaps, { name: 'o', namespace: 'default' })?.uid).to.equal(owner.metadata.uid);
  });

  it('finds an owner that is referred to by another version of its kind', async () => {
    const reference = { ...ownerReference(await create('o')), apiVersion: 'v1beta1' };
    expect(await ownership.owner(reference, await create('d'))).to.have.property('object');
  });

  it('asks the store once for an owner that is gone', async () => {
    const reference = { ...ownerReference(await create('o')), uid: 'gone' };
    const dependent = await create('d');
    expect(await ownership.owner(reference, dependent)).to.equal('absent');
    await cluster.stop();
    expect(await ownership.owner(reference, dependent)).to.equal('absent');
    cluster = await running([]);
  });
});
