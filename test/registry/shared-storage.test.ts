import { expect } from 'chai';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { createCatalog } from '../../lib/api/catalog.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { namespaces } from '../../lib/api/core/namespaces.js';
import { services } from '../../lib/api/core/services.js';
import { builtInDefinitions } from '../../lib/api/kinds.js';
import { StatusError } from '../../lib/api/status-error.js';
import { StoredRegistries } from '../../lib/registry/stored/stored-registries.js';
import { MemoryStorage } from '../../lib/storage/memory/memory-storage.js';
import { serviceNamed, WatchRecorder } from '../../lib/testing/registry/registry-bed.js';
import { rejection } from '../support/rejection.js';

describe('several StoredRegistries over one storage', () => {
  const environment = new VirtualEnvironment();
  let storage: MemoryStorage;
  let all: StoredRegistries[];
  const make = (serviceRange?: string) => {
    const made = new StoredRegistries({ storage, environment, catalog: createCatalog(builtInDefinitions), serviceRange });
    all.push(made);
    return made;
  };

  beforeEach(() => {
    storage = new MemoryStorage({ environment });
    all = [];
  });
  afterEach(async () => {
    for (const one of all) await one.stop();
    await storage.stop();
  });

  it('start at once, and make each first namespace once', async () => {
    await Promise.all([make(), make(), make()].map((one) => one.start()));
    const { items } = await all[0]!.registry(namespaces).list();
    expect(items.map(({ metadata }) => metadata.name)).to.deep.equal(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    await make().start();
    expect((await all[0]!.registry(namespaces).list()).items).to.deep.equal(items);
  });

  it('see each other’s writes, and lose none of them', async () => {
    const [a, b] = [make(), make()];
    await Promise.all([a.start(), b.start()]);
    const recorder = new WatchRecorder(b.registry(configMaps).watch());
    await a.registry(configMaps).create({ metadata: { name: 'm' } });
    await recorder.take(1);
    const raise = (registries: StoredRegistries) =>
      registries
        .registry(configMaps)
        .modify({ name: 'm' }, (current) => ({ ...current, data: { n: String(Number(current.data?.['n'] ?? 0) + 1) } }));
    await Promise.all(Array.from({ length: 20 }, (_, at) => raise(at % 2 ? a : b)));
    expect((await a.registry(configMaps).get({ name: 'm' })).data).to.deep.equal({ n: '20' });
    expect(await recorder.take(21)).to.have.length(21);
    recorder.close();
  });

  it('never give one address twice, and say when there is none left', async () => {
    const [a, b] = [make('10.9.0.0/29'), make('10.9.0.0/29')];
    await Promise.all([a.start(), b.start()]);
    const ends = await Promise.allSettled(
      Array.from({ length: 8 }, (_, at) => (at % 2 ? a : b).registry(services).create(serviceNamed(`s${at}`))),
    );
    const addresses = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value.spec?.clusterIP] : []));
    expect(addresses.sort()).to.deep.equal(['10.9.0.2', '10.9.0.3', '10.9.0.4', '10.9.0.5', '10.9.0.6']);
    for (const end of ends) if (end.status === 'rejected') expect((end.reason as Error).message).to.contain('range is full');
    const { items } = await a.registry(services).list();
    expect(items).to.have.length(5);
    await a.registry(services).deleteMany({});
    expect((await b.registry(services).create(serviceNamed('again'))).spec?.clusterIP).to.match(/^10\.9\.0\.[2-6]$/);
  });

  it('take no address for a service whose name is taken, or whose version has been overtaken', async () => {
    const a = make('10.9.0.0/29');
    await a.start();
    const registry = a.registry(services);
    const first = await registry.create(serviceNamed('a', { clusterIP: 'None' }));
    const made = await registry.create(serviceNamed('b', { type: 'ExternalName', externalName: 'example.com' }));
    await registry.update({ ...made, metadata: { ...made.metadata, labels: { x: 'y' } } });
    for (let at = 0; at < 8; at += 1) {
      expect(await rejection(registry.create(serviceNamed('a')))).to.have.property('reason', 'AlreadyExists');
      const stale = { ...made, spec: { ...first.spec, clusterIP: '', clusterIPs: [], type: 'ClusterIP' } };
      expect(await rejection(registry.update(stale))).to.have.property('reason', 'Conflict');
    }
    for (let at = 0; at < 5; at += 1) await registry.create(serviceNamed(`s${at}`));
  });

  it('keep the first address for the kubernetes Service', async () => {
    const a = make('10.9.0.0/24');
    await a.start();
    const error = await rejection(a.registry(services).create(serviceNamed('mine', { clusterIP: '10.9.0.1' })));
    expect(error).to.have.property('reason', 'Invalid');
    expect((await a.registry(services).create(serviceNamed('kubernetes', { clusterIP: '10.9.0.1' }))).spec?.clusterIP).to.equal('10.9.0.1');
  });

  it('find addresses again that a crash has left taken', async () => {
    const a = make('10.9.0.0/29');
    await a.start();
    const gone = await a.registry(services).create(serviceNamed('gone'));
    const kept = await a.registry(services).create(serviceNamed('kept'));
    await storage.commit([{ type: 'delete', key: '/registry/services/specs/default/gone' }]);
    await environment.advance(120_000);
    const b = make('10.9.0.0/29');
    await b.start();
    const taken = gone.spec?.clusterIP ?? '';
    expect((await b.registry(services).create(serviceNamed('next', { clusterIP: taken }))).spec?.clusterIP).to.equal(taken);
    const error = await rejection(b.registry(services).create(serviceNamed('thief', { clusterIP: kept.spec?.clusterIP ?? '' })));
    expect(error).to.have.property('reason', 'Invalid');
  });

  it('refuse a service range that is none', () => {
    for (const range of ['10.9.0.0', '10.9.0.0/30', '10.9.0.0/7', '10.9.0.256/24', 'x/24', ''])
      expect(() => make(range), range).to.throw('not an IPv4 range');
  });

  it('complete open watches when they stop, and may be stopped at any time', async () => {
    const a = make();
    await a.stop();
    const b = make();
    await b.start();
    const recorder = new WatchRecorder(b.registry(configMaps).watch());
    await b.stop();
    await recorder.until(() => recorder.completed);
    await b.stop();
  });

  it('say that a storage which has stopped is not available', async () => {
    const a = make();
    await a.start();
    const recorder = new WatchRecorder(a.registry(configMaps).watch());
    await storage.stop();
    const registry = a.registry(configMaps);
    for (const call of [
      registry.get({ name: 'a' }),
      registry.list(),
      registry.create({ metadata: { name: 'a' } }),
      registry.delete({ name: 'a' }),
    ]) {
      expect(StatusError.is(await rejection(call), 'ServiceUnavailable')).to.equal(true);
    }
    await recorder.failsWith('ServiceUnavailable');
  });
});
