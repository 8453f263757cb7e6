import assert from 'node:assert/strict';
import { namespaces } from '../../api/core/namespaces.js';
import type { RegistryBed } from './registry-bed.js';
import { failsWith, named, namesOf, podNamed } from './registry-bed.js';
import type { RegistryTest } from './registry-suite.js';
import { widgetNamed, widgets } from './widgets.js';

export function reading(test: RegistryTest): void {
  test('says what is not there', async (bed) => {
    const error = await failsWith('NotFound', bed.configMaps.get(named('none')));
    assert.equal(error.code, 404);
    assert.equal(error.message, 'configmaps "none" not found');
    assert.deepEqual(error.details, { name: 'none', kind: 'configmaps' });
    const own = await failsWith('NotFound', bed.registries.registry(widgets).get(named('none')));
    assert.equal(own.message, 'widgets.conformance.kubelib.dev "none" not found');
    assert.deepEqual(own.details, { name: 'none', group: 'conformance.kubelib.dev', kind: 'widgets' });
  });

  test('gives frozen objects', async (bed) => {
    const created = await bed.pods.create({ ...podNamed('a'), metadata: { ...named('a'), labels: { app: 'x' } } });
    const recorder = bed.watch(bed.pods);
    await recorder.take(1);
    const [listed] = (await bed.pods.list({ namespace: 'default' })).items;
    for (const pod of [created, listed, await bed.pods.get(named('a')), recorder.objects[0]]) {
      assert.ok(Object.isFrozen(pod) && Object.isFrozen(pod?.metadata.labels) && Object.isFrozen(pod?.spec?.containers[0]));
      assert.throws(() => ((pod!.metadata.labels as Record<string, string>)['app'] = 'y'), TypeError);
    }
  });

  test('does not freeze, change or keep what it is given', async (bed) => {
    const given = {
      metadata: { ...named('a'), labels: { app: 'x' } as Record<string, string> },
      data: { a: '1' } as Record<string, string>,
    };
    const before = structuredClone(given);
    await bed.configMaps.create(given);
    assert.deepEqual(given, before);
    given.data['a'] = '2';
    given.metadata.labels['app'] = 'y';
    const { data, metadata } = await bed.configMaps.get(named('a'));
    assert.deepEqual([data, metadata.labels], [before.data, before.metadata.labels]);
  });

  test('lists in the order of names, typed, with the version of the snapshot', async (bed) => {
    for (const name of ['c', 'a', 'b']) await bed.configMap(name);
    const list = await bed.configMaps.list({ namespace: 'default' });
    assert.deepEqual(namesOf(list), ['a', 'b', 'c']);
    for (const { apiVersion, kind } of list.items) assert.deepEqual([apiVersion, kind], ['v1', 'ConfigMap']);
    assert.ok(Number(list.resourceVersion) >= Number(list.items[1]?.metadata.resourceVersion));
    assert.equal(list.continue, undefined);
  });

  test('lists one namespace or all of them', async (bed) => {
    await bed.configMap('a');
    await bed.configMaps.create({ metadata: { name: 'b', namespace: 'kube-public' } });
    assert.deepEqual(namesOf(await bed.configMaps.list({ namespace: 'default' })), ['a']);
    assert.deepEqual(namesOf(await bed.configMaps.list({ namespace: 'kube-public' })), ['b']);
    assert.deepEqual(namesOf(await bed.configMaps.list()), ['a', 'b']);
    assert.deepEqual(namesOf(await bed.configMaps.list({ namespace: 'nowhere' })), []);
  });

  test('selects by labels', async (bed) => {
    await bed.configMap('a', { app: 'web', tier: 'front' });
    await bed.configMap('b', { app: 'web', tier: 'back' });
    await bed.configMap('c', { app: 'db' });
    const select = async (labelSelector: string) => namesOf(await bed.configMaps.list({ labelSelector })).join();
    assert.equal(await select('app=web'), 'a,b');
    assert.equal(await select('app!=web'), 'c');
    assert.equal(await select('tier in (front,back),tier notin (back)'), 'a');
    assert.equal(await select('tier'), 'a,b');
    assert.equal(await select('!tier'), 'c');
    await failsWith('BadRequest', bed.configMaps.list({ labelSelector: 'app in web' }));
  });

  test('selects by fields, those of a user’s own kind as well', async (bed) => {
    for (const [name, nodeName] of [
      ['a', 'n1'],
      ['b', 'n2'],
      ['c', 'n1'],
    ] as const)
      await bed.pods.create(podNamed(name, { nodeName }));
    const select = async (fieldSelector: string) => namesOf(await bed.pods.list({ fieldSelector })).join();
    assert.equal(await select('spec.nodeName=n1'), 'a,c');
    assert.equal(await select('spec.nodeName!=n1,status.phase=Pending'), 'b');
    assert.equal(await select('metadata.name=c'), 'c');
    assert.equal(await select('metadata.namespace=default,metadata.name==a'), 'a');
    await failsWith('BadRequest', bed.pods.list({ fieldSelector: 'spec.color=red' }));
    const registry = bed.registries.registry(widgets);
    await registry.create(widgetNamed('w1', { color: 'blue' }));
    await registry.create(widgetNamed('w2'));
    assert.deepEqual(namesOf(await registry.list({ fieldSelector: 'spec.color=blue' })), ['w1']);
  });

  test('pages through one snapshot, whatever is written meanwhile', async (bed) => {
    for (let at = 0; at < 7; at += 1) await bed.configMap(`c${at}`);
    const first = await bed.configMaps.list({ namespace: 'default', limit: 3 });
    assert.equal(first.remainingItemCount, 4);
    await bed.configMap('c00');
    await bed.configMap('c9');
    await bed.configMaps.delete(named('c4'));
    await bed.configMaps.update({ metadata: named('c5'), data: { late: 'yes' } });
    const second = await bed.configMaps.list({ namespace: 'default', limit: 3, continue: first.continue });
    const third = await bed.configMaps.list({ namespace: 'default', limit: 3, continue: second.continue });
    assert.deepEqual(
      [first, second, third].map((page) => namesOf(page).join()),
      ['c0,c1,c2', 'c3,c4,c5', 'c6'],
    );
    assert.equal(second.items[2]?.data?.['late'], undefined);
    assert.deepEqual(new Set([second.resourceVersion, third.resourceVersion]), new Set([first.resourceVersion]));
    assert.equal(third.continue, undefined);
  });

  test('pages through a selection without leaving any out', async (bed) => {
    for (let at = 0; at < 9; at += 1) await bed.configMap(`c${at}`, { odd: String(at % 2) });
    const names: string[] = [];
    let next: string | undefined;
    do {
      const page = await bed.configMaps.list({ labelSelector: 'odd=0', limit: 2, continue: next });
      assert.ok(page.items.length <= 2);
      assert.equal(page.remainingItemCount, undefined);
      names.push(...namesOf(page));
      next = page.continue;
    } while (next);
    assert.deepEqual(names, ['c0', 'c2', 'c4', 'c6', 'c8']);
  });

  test('refuses a token that is none, and a version next to a token', async (bed) => {
    await failsWith('BadRequest', bed.configMaps.list({ continue: 'nonsense' }));
    for (const name of ['a', 'b']) await bed.configMap(name);
    const { continue: token, resourceVersion } = await bed.configMaps.list({ limit: 1 });
    await failsWith('BadRequest', bed.configMaps.list({ continue: token, resourceVersion }));
  });

  test(
    'refuses the rest of a snapshot that is forgotten',
    async (bed) => {
      for (const name of ['a', 'b', 'c']) await bed.configMap(name);
      const { continue: token } = await bed.configMaps.list({ limit: 1 });
      await bed.configMap('d');
      await bed.cluster.compact!();
      const error = await failsWith('Expired', bed.configMaps.list({ limit: 1, continue: token }));
      assert.equal(error.code, 410);
    },
    'compact',
  );

  test('lists exactly as of a version, or not before it', async (bed) => {
    const { metadata } = await bed.configMap('a');
    await bed.configMap('b');
    const { resourceVersion } = metadata;
    assert.deepEqual(namesOf(await bed.configMaps.list({ resourceVersion, resourceVersionMatch: 'Exact' })), ['a']);
    assert.deepEqual(namesOf(await bed.configMaps.list({ resourceVersion, resourceVersionMatch: 'NotOlderThan' })), ['a', 'b']);
    assert.deepEqual(namesOf(await bed.configMaps.list({ resourceVersion: '0' })), ['a', 'b']);
    await failsWith('Invalid', bed.configMaps.list({ resourceVersionMatch: 'Exact' }));
    await failsWith('BadRequest', bed.configMaps.list({ resourceVersion: 'x' }));
  });

  test(
    'refuses a version that never comes',
    async (bed) => {
      const resourceVersion = String(Number((await bed.configMap('a')).metadata.resourceVersion) + 1000);
      const error = await failsWith('Timeout', bed.outlast(bed.configMaps.get(named('a'), { resourceVersion })));
      assert.equal(error.details?.causes?.[0]?.reason, 'ResourceVersionTooLarge');
      await failsWith('Timeout', bed.outlast(bed.configMaps.list({ resourceVersion })));
    },
    'advance',
  );

  test('finds nothing in a namespace that cannot be', async (bed) => {
    await bed.configMap('a');
    assert.deepEqual(namesOf(await bed.configMaps.list({ namespace: 'default/a' })), []);
    assert.deepEqual(namesOf(await bed.configMaps.deleteMany({ namespace: 'x/y' })), []);
    assert.deepEqual(namesOf(await bed.configMaps.list()), ['a']);
  });

  test('takes a name without a namespace to be in default', async (bed) => {
    const { metadata } = await bed.configMap('a');
    assert.equal((await bed.configMaps.get({ name: 'a' })).metadata.uid, metadata.uid);
    await bed.configMaps.update({ metadata: { name: 'a' }, data: { a: '1' } });
    assert.deepEqual((await bed.configMaps.delete({ name: 'a' })).data, { a: '1' });
  });

  test('knows the namespaces that every cluster has', async (bed) => {
    const { items } = await bed.registries.registry(namespaces).list();
    const names = items.map(({ metadata }) => metadata.name);
    for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) assert.ok(names.includes(name), names.join());
  });

  test('reads back what was just written, from many at once', (bed) => readYourWrites(bed));
}

async function readYourWrites({ configMaps }: RegistryBed): Promise<void> {
  const work = async (name: string) => {
    const { metadata } = await configMaps.create({ metadata: named(name) });
    assert.equal((await configMaps.get(named(name))).metadata.uid, metadata.uid);
    assert.deepEqual(namesOf(await configMaps.list({ fieldSelector: `metadata.name=${name}` })), [name]);
  };
  await Promise.all(Array.from({ length: 12 }, (_, at) => work(`c${at}`)));
}
