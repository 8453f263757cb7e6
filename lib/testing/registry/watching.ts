import assert from 'node:assert/strict';
import { named, podNamed } from './registry-bed.js';
import type { RegistryTest } from './registry-suite.js';
import { widgets } from './widgets.js';

export function watching(test: RegistryTest): void {
  test('tells every change after a version, in order, each with the whole object', async (bed) => {
    const since = (await bed.configMap('before')).metadata.resourceVersion;
    const made = await bed.configMap('a', {}, { n: '1' });
    const changed = await bed.configMaps.update({ ...made, data: { n: '2' } });
    await bed.configMaps.delete(named('a'));
    const recorder = bed.watch(bed.configMaps, { resourceVersion: since });
    assert.deepEqual(await recorder.take(3), ['ADDED a', 'MODIFIED a', 'DELETED a']);
    const [first, second, third] = recorder.objects;
    assert.deepEqual([first, second], [made, changed]);
    assert.deepEqual(third?.data, { n: '2' });
    assert.ok(Number(third?.metadata.resourceVersion) > Number(changed.metadata.resourceVersion));
    await bed.configMap('live');
    assert.deepEqual((await recorder.take(4)).at(-1), 'ADDED live');
  });

  test('begins with the present objects when it names no version', async (bed) => {
    for (const name of ['b', 'a']) await bed.configMap(name);
    for (const options of [{}, { resourceVersion: '0' }]) {
      const recorder = bed.watch(bed.configMaps, { namespace: 'default', ...options });
      assert.deepEqual((await recorder.take(2)).sort(), ['ADDED a', 'ADDED b']);
    }
    const recorder = bed.watch(bed.configMaps, { namespace: 'default' });
    await recorder.take(2);
    await bed.configMap('c');
    assert.equal((await recorder.take(3)).at(-1), 'ADDED c');
  });

  test('misses nothing between a list and the watch from its version', async (bed) => {
    await bed.configMap('a');
    const { resourceVersion } = await bed.configMaps.list();
    await bed.configMap('b');
    const recorder = bed.watch(bed.configMaps, { resourceVersion });
    await bed.configMap('c');
    assert.deepEqual(await recorder.take(2), ['ADDED b', 'ADDED c']);
  });

  test('ends the initial objects with a bookmark', async (bed) => {
    await bed.configMap('a');
    const recorder = bed.watch(bed.configMaps, { allowBookmarks: true, sendInitialEvents: true });
    assert.deepEqual(await recorder.take(2), ['ADDED a', 'BOOKMARK']);
    const mark = recorder.events[1];
    assert.ok(mark?.type === 'BOOKMARK' && mark.initialEventsEnd === true);
    assert.ok(Number(mark.resourceVersion) >= Number(recorder.objects[0]?.metadata.resourceVersion));
    await bed.configMap('b');
    assert.equal((await recorder.take(3)).at(-1), 'ADDED b');
  });

  test('sends no bookmarks unasked', async (bed) => {
    await bed.configMap('a');
    const recorder = bed.watch(bed.configMaps);
    await recorder.take(1);
    await bed.configMap('b');
    assert.deepEqual(await recorder.take(2), ['ADDED a', 'ADDED b']);
  });

  test(
    'sends bookmarks about once a minute, from which a watch goes on',
    async (bed) => {
      const { resourceVersion } = (await bed.configMap('a')).metadata;
      const recorder = bed.watch(bed.configMaps, { resourceVersion, allowBookmarks: true });
      await bed.configMap('b');
      await recorder.take(1);
      await bed.pods.create(podNamed('elsewhere'));
      const mark = recorder.until(() => recorder.events.some((event) => event.type === 'BOOKMARK'));
      await bed.outlast(mark);
      const event = recorder.events.find(({ type }) => type === 'BOOKMARK');
      assert.ok(event?.type === 'BOOKMARK' && Number(event.resourceVersion) > Number(resourceVersion));
      const next = bed.watch(bed.configMaps, { resourceVersion: event.resourceVersion });
      await bed.configMap('c');
      assert.deepEqual(await next.take(1), ['ADDED c']);
    },
    'advance',
  );

  test('keeps to a namespace', async (bed) => {
    const recorder = bed.watch(bed.configMaps, {
      namespace: 'kube-public',
      resourceVersion: (await bed.configMaps.list()).resourceVersion,
    });
    await bed.configMap('a');
    await bed.configMaps.create({ metadata: { name: 'b', namespace: 'kube-public' } });
    assert.deepEqual(await recorder.take(1), ['ADDED b']);
  });

  test('tells of objects that enter and leave its label selector', async (bed) => {
    const { resourceVersion } = await bed.configMap('a', { app: 'other' }).then(({ metadata }) => metadata);
    const recorder = bed.watch(bed.configMaps, { labelSelector: 'app=web', resourceVersion });
    const label = (app: string) => bed.configMaps.update({ metadata: { ...named('a'), labels: { app } }, data: { app } });
    await label('none');
    await label('web');
    await bed.configMaps.patch(named('a'), { type: 'merge', patch: { data: { more: 'yes' } } });
    const left = await label('gone');
    await bed.configMaps.delete(named('a'));
    await bed.configMap('end', { app: 'web' });
    assert.deepEqual(await recorder.take(4), ['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED end']);
    const last = recorder.objects[2];
    assert.equal(last?.metadata.labels?.['app'], 'web');
    assert.equal(last?.metadata.resourceVersion, left.metadata.resourceVersion);
  });

  test('tells of objects that enter and leave its field selector', async (bed) => {
    await bed.pods.create(podNamed('a'));
    const recorder = bed.watch(bed.pods, { fieldSelector: 'spec.nodeName=n' });
    const waiting = bed.watch(bed.pods, { fieldSelector: 'spec.nodeName=' });
    assert.deepEqual(await waiting.take(1), ['ADDED a']);
    await bed.pods.subresource('binding').create(named('a'), { metadata: named('a'), target: { kind: 'Node', name: 'n' } });
    assert.deepEqual(await recorder.take(1), ['ADDED a']);
    assert.deepEqual(await waiting.take(2), ['ADDED a', 'DELETED a']);
  });

  test('watches one object by its name', async (bed) => {
    await bed.configMap('a');
    await bed.configMap('ab');
    const recorder = bed.watch(bed.configMaps, { namespace: 'default', fieldSelector: 'metadata.name=a' });
    assert.deepEqual(await recorder.take(1), ['ADDED a']);
    await bed.configMaps.update({ metadata: named('ab'), data: { x: 'y' } });
    await bed.configMaps.update({ metadata: named('a'), data: { x: 'y' } });
    assert.deepEqual(await recorder.take(2), ['ADDED a', 'MODIFIED a']);
  });

  test('shows the mark of a deletion, then its end', async (bed) => {
    const finalizers = ['conformance.kubelib.dev/hold'];
    const { metadata } = await bed.configMaps.create({ metadata: { ...named('a'), finalizers } });
    const recorder = bed.watch(bed.configMaps, { resourceVersion: metadata.resourceVersion });
    await bed.configMaps.delete(named('a'));
    await bed.configMaps.modify(named('a'), (current) => ({ ...current, metadata: { ...current.metadata, finalizers: [] } }));
    assert.deepEqual(await recorder.take(2), ['MODIFIED a', 'DELETED a']);
    assert.ok(recorder.objects[0]?.metadata.deletionTimestamp);
  });

  test('is cold: each subscription is a watch of its own', async (bed) => {
    const registry = bed.registries.registry(widgets);
    await registry.create({ metadata: named('a') });
    const events = registry.watch();
    const recorders = [bed.record(events), bed.record(events)];
    for (const recorder of recorders) assert.deepEqual(await recorder.take(1), ['ADDED a']);
  });

  test('delivers nothing after it is unsubscribed', async (bed) => {
    const recorder = bed.watch(bed.configMaps, { namespace: 'default' });
    const witness = bed.watch(bed.configMaps, { namespace: 'default' });
    await bed.configMap('a');
    await Promise.all([recorder.take(1), witness.take(1)]);
    recorder.close();
    await bed.configMap('b');
    await witness.take(2);
    assert.deepEqual(recorder.shown, ['ADDED a']);
  });

  test('refuses selectors and versions that are none', async (bed) => {
    await bed.watch(bed.configMaps, { labelSelector: 'a in b' }).failsWith('BadRequest');
    await bed.watch(bed.configMaps, { fieldSelector: 'spec.none=1' }).failsWith('BadRequest');
    await bed.watch(bed.configMaps, { resourceVersion: 'x' }).failsWith('BadRequest');
  });

  test(
    'errors with Expired when its start is forgotten',
    async (bed) => {
      const { resourceVersion } = (await bed.configMap('a')).metadata;
      await bed.configMap('b');
      await bed.configMap('c');
      await bed.cluster.compact!();
      const error = await bed.watch(bed.configMaps, { resourceVersion }).failsWith('Expired');
      assert.equal(error.code, 410);
      const { resourceVersion: now } = await bed.configMaps.list();
      const recorder = bed.watch(bed.configMaps, { resourceVersion: now });
      await bed.configMap('d');
      assert.deepEqual(await recorder.take(1), ['ADDED d']);
    },
    'compact',
  );

  test('gives the events of one object in the order of its versions, under many writers', async (bed) => {
    const { resourceVersion } = (await bed.configMap('a')).metadata;
    const recorder = bed.watch(bed.configMaps, { resourceVersion });
    const write = (at: number) =>
      bed.configMaps.modify(named('a'), (current) => ({ ...current, data: { ...current.data, [`k${at}`]: 'v' } }));
    await Promise.all(Array.from({ length: 10 }, (_, at) => write(at)));
    await recorder.take(10);
    const versions = recorder.objects.map(({ metadata }) => Number(metadata.resourceVersion));
    assert.deepEqual(
      versions,
      [...new Set(versions)].sort((a, b) => a - b),
    );
    assert.equal(Object.keys(recorder.objects.at(-1)?.data ?? {}).length, 10);
  });
}
