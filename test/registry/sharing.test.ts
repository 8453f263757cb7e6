import { expect } from 'chai';
import { bytesOf } from '../../lib/api/encode.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { bindings } from '../../lib/api/core/bindings.js';
import { pods } from '../../lib/api/core/pods.js';
import type { KubeObject, Stored } from '../../lib/api/object.js';
import { StoredRegistries } from '../../lib/registry/stored/stored-registries.js';
import { WatchRecorder } from '../../lib/testing/registry/registry-bed.js';
import { memoryCluster } from '../support/memory-cluster.js';

/** What stands in the store lacks the version; what is sent must be the whole object, whichever way its bytes came about. */
const expectTrueBytes = (object: Stored<KubeObject>) => expect(JSON.parse(bytesOf(object).toString())).to.deep.equal(object);

describe('objects over a storage', () => {
  let cluster: Awaited<ReturnType<typeof memoryCluster>>;
  const named = (name: string) => ({ name, namespace: 'default' });

  beforeEach(async () => (cluster = await memoryCluster()));
  afterEach(() => cluster.stop());

  it('are one and the same for the writer, every reader and every watcher', async () => {
    const registry = cluster.registries.registry(configMaps);
    const watchers = [new WatchRecorder(registry.watch()), new WatchRecorder(registry.watch({ labelSelector: 'a=b' }))];
    const made = await registry.create({ metadata: { ...named('a'), labels: { a: 'b' } }, data: { k: 'v' } });
    for (const watcher of watchers) await watcher.take(1);
    expect(await registry.get(named('a'))).to.equal(made);
    expect((await registry.list()).items[0]).to.equal(made);
    for (const watcher of watchers) expect(watcher.objects[0]).to.equal(made);
    await registry.delete(named('a'));
    for (const watcher of watchers) await watcher.take(2);
    expect(watchers[0]!.objects[1]).to.equal(watchers[1]!.objects[1]);
    for (const watcher of watchers) watcher.close();
  });

  it('have the bytes of the store, with their version put in', async () => {
    const registry = cluster.registries.registry(configMaps);
    const watcher = new WatchRecorder(registry.watch());
    const made = await registry.create({ metadata: named('a'), data: { quote: '"', umlaut: 'ü', surrogates: '😀' } });
    expectTrueBytes(made);
    const changed = await registry.modify(named('a'), (current) => ({ ...current, data: { k: 'other' } }));
    expectTrueBytes(changed);
    await registry.delete(named('a'));
    await watcher.take(3);
    expectTrueBytes(watcher.objects[2]!);
    expect(watcher.objects[2]!.metadata.resourceVersion).to.not.equal(changed.metadata.resourceVersion);
    watcher.close();
  });

  it('stay as they are when a later version shares parts with them', async () => {
    const registry = cluster.registries.registry(pods);
    const made = await registry.create({ metadata: named('a'), spec: { containers: [{ name: 'main', image: 'busybox' }] } });
    const before = structuredClone(made);
    await cluster.registries.registry(bindings).create({ metadata: named('a'), target: { kind: 'Node', name: 'n1' } });
    await registry.subresource('status').modify(named('a'), (pod) => ({ ...pod, status: { ...pod.status, phase: 'Running' } }));
    const after = await registry.get(named('a'));
    expect(made).to.deep.equal(before);
    expect([after.spec?.nodeName, after.status?.phase]).to.deep.equal(['n1', 'Running']);
    expectTrueBytes(made);
    expectTrueBytes(after);
  });

  it('are read back by registries that have not written them', async () => {
    const made = await cluster.registries.registry(configMaps).create({ metadata: named('a'), data: { k: 'v' } });
    const others = new StoredRegistries({
      storage: cluster.storage,
      environment: cluster.environment,
      catalog: cluster.registries.catalog,
    });
    const read = await others.registry(configMaps).get(named('a'));
    expect(read).to.deep.equal(made);
    expectTrueBytes(read);
  });

  it('that something else wrote in another order are read, and sent whole', async () => {
    const value = { metadata: { name: 'odd', namespace: 'default', uid: 'u' }, data: { k: 'v' }, apiVersion: 'v1', kind: 'ConfigMap' };
    const key = '/registry/configmaps/default/odd';
    await cluster.storage.commit([{ type: 'put', key, value: Buffer.from(JSON.stringify(value)) }]);
    const read = await cluster.registries.registry(configMaps).get(named('odd'));
    expect(read).to.deep.include({ data: { k: 'v' } });
    expectTrueBytes(read);
  });
});
