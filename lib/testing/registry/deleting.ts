import assert from 'node:assert/strict';
import { namespaces } from '../../api/core/namespaces.js';
import type { RegistryBed } from './registry-bed.js';
import { controllerNamed, failsWith, named, namesOf, podNamed } from './registry-bed.js';
import type { RegistryTest } from './registry-suite.js';
import { widgetNamed, widgets } from './widgets.js';

const HOLD = 'conformance.kubelib.dev/hold';

function held(bed: RegistryBed, name: string) {
  return bed.configMaps.create({ metadata: { ...named(name), finalizers: [HOLD] } });
}

export function deleting(test: RegistryTest): void {
  test('removes, and answers with what was there', async (bed) => {
    const old = await bed.configMap('a', {}, { a: '1' });
    const gone = await bed.configMaps.delete(named('a'));
    assert.deepEqual([gone.metadata.uid, gone.data], [old.metadata.uid, { a: '1' }]);
    await failsWith('NotFound', bed.configMaps.get(named('a')));
    await failsWith('NotFound', bed.configMaps.delete(named('a')));
  });

  test('deletes nothing by a name that cannot be', async (bed) => {
    await bed.configMap('a');
    await bed.configMaps.create({ metadata: { name: 'b', namespace: 'kube-node-lease' } });
    for (const name of ['', '.', '..', '../configmaps', 'a/', './a', '%2e%2e', 'a?x=y', 'a#b', '*']) {
      await failsWith('NotFound', bed.configMaps.delete({ name, namespace: 'kube-node-lease' }));
      await failsWith('NotFound', bed.configMaps.delete({ name, namespace: 'default' }));
      await failsWith('NotFound', bed.configMaps.delete({ name: 'a', namespace: `${name}/default` }));
    }
    assert.deepEqual(namesOf(await bed.configMaps.list()), ['a', 'b']);
    const space = await bed.registries.registry(namespaces).get({ name: 'kube-node-lease' });
    assert.equal(space.metadata.deletionTimestamp, undefined);
  });

  test('checks uid and version first', async (bed) => {
    const { metadata } = await bed.configMap('a');
    const uid = await failsWith('Conflict', bed.configMaps.delete(named('a'), { preconditions: { uid: 'other' } }));
    assert.match(uid.message, /the UID in the precondition \(other\) does not match the UID in record/);
    await failsWith('Conflict', bed.configMaps.delete(named('a'), { preconditions: { resourceVersion: '1' } }));
    await bed.configMaps.delete(named('a'), { preconditions: { uid: metadata.uid, resourceVersion: metadata.resourceVersion } });
    await failsWith('NotFound', bed.configMaps.get(named('a')));
  });

  test('keeps an object until its last finalizer is gone', async (bed) => {
    await held(bed, 'a');
    const marked = await bed.configMaps.delete(named('a'));
    assert.ok((await bed.configMaps.get(named('a'))).metadata.deletionTimestamp);
    assert.equal(marked.metadata.uid, (await bed.configMaps.get(named('a'))).metadata.uid);
    const again = await failsWith('AlreadyExists', bed.configMap('a'));
    assert.match(again.message, /object is being deleted/);
    await bed.configMaps.modify(named('a'), (current) => ({ ...current, metadata: { ...current.metadata, finalizers: [] } }));
    await failsWith('NotFound', bed.configMaps.get(named('a')));
  });

  test('takes no new finalizers once it has begun, and does not undo it', async (bed) => {
    await held(bed, 'a');
    await bed.configMaps.delete(named('a'));
    const more = bed.configMaps.modify(named('a'), ({ metadata, ...rest }) => ({
      ...rest,
      metadata: { ...metadata, finalizers: [HOLD, `${HOLD}2`] },
    }));
    await failsWith('Invalid', more);
    await bed.configMaps.update({ metadata: { ...named('a'), finalizers: [HOLD] }, data: { still: 'here' } });
    assert.ok((await bed.configMaps.get(named('a'))).metadata.deletionTimestamp);
  });

  test('may be asked again while it waits', async (bed) => {
    await held(bed, 'a');
    await bed.configMaps.delete(named('a'));
    const before = await bed.configMaps.get(named('a'));
    await bed.configMaps.delete(named('a'));
    assert.deepEqual(await bed.configMaps.get(named('a')), before);
  });

  test('gives a pod on a node its grace', async (bed) => {
    await bed.pods.create(podNamed('a', { nodeName: 'n', terminationGracePeriodSeconds: 20 }));
    const { metadata } = await bed.pods.delete(named('a'));
    assert.equal(metadata.deletionGracePeriodSeconds, 20);
    assert.ok(metadata.deletionTimestamp);
    assert.equal((await bed.pods.get(named('a'))).metadata.uid, metadata.uid);
  });

  test('shortens the grace, and never lengthens it', async (bed) => {
    await bed.pods.create(podNamed('a', { nodeName: 'n' }));
    const grace = async (gracePeriodSeconds?: number) =>
      (await bed.pods.delete(named('a'), { gracePeriodSeconds })).metadata.deletionGracePeriodSeconds;
    assert.equal(await grace(), 30);
    assert.equal(await grace(5), 5);
    assert.equal(await grace(60), 5);
    await grace(0);
    await failsWith('NotFound', bed.pods.get(named('a')));
  });

  test('removes at once a pod that is on no node, and any pod without grace', async (bed) => {
    await bed.pods.create(podNamed('waiting'));
    await bed.pods.delete(named('waiting'));
    await failsWith('NotFound', bed.pods.get(named('waiting')));
    await bed.pods.create(podNamed('running', { nodeName: 'n' }));
    await bed.pods.delete(named('running'), { gracePeriodSeconds: 0 });
    await failsWith('NotFound', bed.pods.get(named('running')));
  });

  test('tells the garbage collector by finalizers what to do with dependents', async (bed) => {
    const finalizers = async (name: string, propagationPolicy?: 'Background' | 'Foreground' | 'Orphan') => {
      await bed.controllers.create(controllerNamed(name));
      await bed.controllers.delete(named(name), { propagationPolicy });
      return bed.controllers.get(named(name)).then(
        ({ metadata }) => metadata.finalizers,
        () => 'gone',
      );
    };
    assert.equal(await finalizers('background', 'Background'), 'gone');
    assert.deepEqual(await finalizers('foreground', 'Foreground'), ['foregroundDeletion']);
    assert.deepEqual(await finalizers('orphan', 'Orphan'), ['orphan']);
  });

  test('raises the generation of what it marks', async (bed) => {
    const registry = bed.registries.registry(widgets);
    await registry.create({ ...widgetNamed('a'), metadata: { ...named('a'), finalizers: [HOLD] } });
    await registry.delete(named('a'));
    assert.equal((await registry.get(named('a'))).metadata.generation, 2);
  });

  test('does all but delete on a dry run', async (bed) => {
    const old = await bed.configMap('a');
    assert.equal((await bed.configMaps.delete(named('a'), { dryRun: true })).metadata.uid, old.metadata.uid);
    await failsWith('Conflict', bed.configMaps.delete(named('a'), { dryRun: true, preconditions: { uid: 'other' } }));
    assert.deepEqual(await bed.configMaps.get(named('a')), old);
    const pod = await bed.pods.create(podNamed('a', { nodeName: 'n' }));
    assert.equal((await bed.pods.delete(named('a'), { dryRun: true })).metadata.deletionGracePeriodSeconds, 30);
    assert.deepEqual(await bed.pods.get(named('a')), pod);
  });

  test('lets one of many who delete at once see the object go', async (bed) => {
    await bed.pods.create(podNamed('a'));
    const ends = await Promise.allSettled(Array.from({ length: 6 }, () => bed.pods.delete(named('a'))));
    assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const end of ends) if (end.status === 'rejected') await failsWith('NotFound', Promise.reject(end.reason as Error));
  });
}

export function deletingMany(test: RegistryTest): void {
  test('deletes what is selected, and answers with the objects as they were', async (bed) => {
    for (const [name, app] of [
      ['a', 'x'],
      ['b', 'y'],
      ['c', 'x'],
    ] as const)
      await bed.configMap(name, { app });
    await bed.configMaps.create({ metadata: { name: 'd', namespace: 'kube-public', labels: { app: 'x' } } });
    assert.deepEqual(namesOf(await bed.configMaps.deleteMany({ namespace: 'default', labelSelector: 'app=x' })), ['a', 'c']);
    assert.deepEqual(namesOf(await bed.configMaps.list()), ['b', 'd']);
  });

  test('marks those that wait for something', async (bed) => {
    await held(bed, 'a');
    await bed.configMap('b');
    assert.deepEqual(namesOf(await bed.configMaps.deleteMany({ namespace: 'default' })), ['a', 'b']);
    const left = await bed.configMaps.list({ namespace: 'default' });
    assert.deepEqual(namesOf(left), ['a']);
    assert.ok(left.items[0]?.metadata.deletionTimestamp);
  });

  test('does not mind others who delete the same objects', async (bed) => {
    for (let at = 0; at < 12; at += 1) await bed.configMap(`c${at}`);
    await Promise.all(Array.from({ length: 4 }, () => bed.configMaps.deleteMany({ namespace: 'default' })));
    assert.deepEqual(namesOf(await bed.configMaps.list()), []);
  });

  test('passes the grace on', async (bed) => {
    for (const name of ['a', 'b']) await bed.pods.create(podNamed(name, { nodeName: 'n' }));
    await bed.pods.deleteMany({ namespace: 'default', gracePeriodSeconds: 0 });
    assert.deepEqual(namesOf(await bed.pods.list()), []);
  });

  test('deletes nothing on a dry run, and nothing when nothing matches', async (bed) => {
    await bed.configMap('a');
    assert.deepEqual(namesOf(await bed.configMaps.deleteMany({ namespace: 'default', dryRun: true })), ['a']);
    assert.deepEqual(namesOf(await bed.configMaps.deleteMany({ namespace: 'default', fieldSelector: 'metadata.name=none' })), []);
    assert.deepEqual(namesOf(await bed.configMaps.list()), ['a']);
  });
}
