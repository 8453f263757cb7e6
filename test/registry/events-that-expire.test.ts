import { expect } from 'chai';
import type { Event as CoreEvent } from 'kubernetes-types/core/v1.js';
import { concatMap, firstValueFrom } from 'rxjs';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { createCatalog } from '../../lib/api/catalog.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { events } from '../../lib/api/core/events.js';
import { eventsV1 } from '../../lib/api/events/events.js';
import { builtInDefinitions } from '../../lib/api/kinds.js';
import type { KubeObject } from '../../lib/api/object.js';
import type { ResourceDefinition } from '../../lib/api/resource-definition.js';
import { StoredRegistries, type StoredRegistriesOptions } from '../../lib/registry/stored/stored-registries.js';
import { CachedStorage } from '../../lib/storage/cached/cached-storage.js';
import { EtcdStorage } from '../../lib/storage/etcd/index.js';
import { MemoryStorage } from '../../lib/storage/memory/memory-storage.js';
import type { Committed, Guard, Storage, Write } from '../../lib/storage/storage.js';
import { etcdNeed, useEtcd } from '../support/etcd.js';
import { needs } from '../support/needs.js';

/** A store that says it lets keys expire, and writes down the time each was given. */
class NotedTimes extends MemoryStorage {
  readonly expires = true;
  readonly seconds: (number | undefined)[] = [];

  override commit(writes: readonly Write[], guards?: readonly Guard[]): Promise<Committed> {
    for (const write of writes) if (write.type === 'put') this.seconds.push(write.timeToLive);
    return super.commit(
      writes.map((write) => ({ ...write, timeToLive: undefined })),
      guards,
    );
  }
}

const event: CoreEvent = {
  metadata: { name: 'a', namespace: 'default' },
  involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
  reason: 'Tested',
};
const name = { name: 'a', namespace: 'default' };

async function started(storage: Storage, options: Partial<StoredRegistriesOptions> = {}): Promise<StoredRegistries> {
  const registries = new StoredRegistries({
    storage,
    environment: new VirtualEnvironment(),
    catalog: createCatalog(builtInDefinitions),
    ...options,
  });
  await registries.start();
  return registries;
}

describe('events over a storage that lets them expire', () => {
  it('are written for an hour, and by each update for another one; nothing else is', async () => {
    const storage = new NotedTimes();
    const registries = await started(storage);
    await registries.registry(configMaps).create({ metadata: name });
    expect(new Set(storage.seconds)).to.deep.equal(new Set([undefined]));
    storage.seconds.length = 0;
    await registries.registry(events).create(event);
    await registries.registry(events).modify(name, (current) => ({ ...current, count: 2 }));
    await registries.registry(eventsV1).modify(name, (current) => ({ ...current, note: 'told again' }));
    await registries.registry(events).patch(name, { type: 'merge', patch: { metadata: { finalizers: ['example.com/held'] } } });
    await registries.registry(events).delete(name); // marks it
    expect(storage.seconds).to.deep.equal([3600, 3600, 3600, 3600, 3600]);
    await registries.registry(events).modify(name, (current) => ({ ...current, count: 2 })); // changes nothing
    expect(storage.seconds).to.have.length(5);
  });

  it('are written for good where the storage cannot do that', async () => {
    const storage = new MemoryStorage();
    const registries = await started(storage);
    await registries.registry(events).create(event);
    expect((await registries.registry(events).get(name)).metadata.name).to.equal('a');
  });
});

needs(etcdNeed, () => {
  describe('events on etcd', function () {
    this.timeout(20_000);
    const etcd = useEtcd();

    it('go by themselves after their time, which watches of both groups see; what was written again stays', async () => {
      const storage = new CachedStorage(new EtcdStorage({ endpoints: etcd.endpoints }));
      const environment = systemEnvironment;
      const brief = await started(storage, { environment, eventTimeToLive: 1 });
      const usual = await started(storage, { environment });
      try {
        await brief.registry(events).create({ ...event, metadata: { ...event.metadata, name: 'kept' } });
        await usual.registry(events).modify({ ...name, name: 'kept' }, (current) => ({ ...current, count: 2 }));
        const created = await brief.registry(events).create(event);
        const { resourceVersion } = created.metadata;
        const firstDeleted = <T extends KubeObject>(kind: ResourceDefinition<T>) =>
          firstValueFrom(
            usual
              .registry(kind)
              .watch({ resourceVersion })
              .pipe(concatMap((change) => (change.type === 'DELETED' ? [change.object] : []))),
          );
        for (const { metadata } of await Promise.all([firstDeleted(events), firstDeleted(eventsV1)])) {
          expect(metadata).to.include({ name: 'a', uid: created.metadata.uid });
        }
        const { items } = await usual.registry(events).list();
        expect(items.map(({ metadata }) => metadata.name)).to.deep.equal(['kept']);
      } finally {
        await brief.stop();
        await usual.stop();
        await storage.stop();
      }
    });
  });
});
