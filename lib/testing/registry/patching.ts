import assert from 'node:assert/strict';
import { causesOf, failsWith, named, podNamed } from './registry-bed.js';
import type { RegistryTest } from './registry-suite.js';
import { widgetNamed, widgets } from './widgets.js';

export function patching(test: RegistryTest): void {
  test('carries out JSON patch operations in their order', async (bed) => {
    await bed.configMap('a', {}, { a: '1', b: '2' });
    const patch = [
      { op: 'test', path: '/data/a', value: '1' },
      { op: 'move', from: '/data/b', path: '/data/c' },
      { op: 'replace', path: '/data/a', value: '0' },
      { op: 'add', path: '/metadata/labels', value: { 'x/y': 'z' } },
      { op: 'add', path: '/metadata/labels/x~1w', value: 'v' },
    ];
    const { data, metadata } = await bed.configMaps.patch(named('a'), { type: 'json', patch });
    assert.deepEqual(data, { a: '0', c: '2' });
    assert.deepEqual(metadata.labels, { 'x/y': 'z', 'x/w': 'v' });
  });

  test('carries out all JSON patch operations or none', async (bed) => {
    const old = await bed.configMap('a', {}, { a: '1' });
    const refused = [
      { op: 'replace', path: '/data/a', value: '2' },
      { op: 'test', path: '/data/a', value: '1' },
    ];
    await failsWith('Invalid', bed.configMaps.patch(named('a'), { type: 'json', patch: refused }));
    await failsWith('Invalid', bed.configMaps.patch(named('a'), { type: 'json', patch: [{ op: 'remove', path: '/data/none' }] }));
    assert.deepEqual(await bed.configMaps.get(named('a')), old);
  });

  test('merges, and removes what is null', async (bed) => {
    await bed.configMap('a', { x: '1', y: '2' }, { a: '1', b: '2' });
    const patch = { metadata: { labels: { y: null, z: '3' } }, data: { b: null, c: '3' } };
    const { data, metadata } = await bed.configMaps.patch(named('a'), { type: 'merge', patch });
    assert.deepEqual(data, { a: '1', c: '3' });
    assert.deepEqual(metadata.labels, { x: '1', z: '3' });
  });

  test('replaces lists by a merge patch, and merges them by a strategic one', async (bed) => {
    const two = [
      { name: 'one', image: 'a' },
      { name: 'two', image: 'b' },
    ];
    await bed.pods.create(podNamed('a', { containers: two }));
    const patch = { spec: { containers: [{ name: 'two', image: 'c' }] } };
    const merged = await bed.pods.patch(named('a'), { type: 'strategic', patch });
    assert.deepEqual(
      merged.spec?.containers.map(({ name, image }) => `${name}=${image}`),
      ['one=a', 'two=c'],
    );
    const error = await failsWith('Invalid', bed.pods.patch(named('a'), { type: 'merge', patch }));
    assert.deepEqual(causesOf(error), ['spec.containers: FieldValueForbidden']);
  });

  test('obeys the directives of a strategic patch', async (bed) => {
    const ports = [
      { name: 'a', port: 1 },
      { name: 'b', port: 2 },
    ];
    await bed.services.create({ metadata: named('s'), spec: { ports } });
    const remove = { spec: { ports: [{ port: 1, $patch: 'delete' }] } };
    const left = await bed.services.patch(named('s'), { type: 'strategic', patch: remove });
    assert.deepEqual(
      left.spec?.ports?.map(({ port }) => port),
      [2],
    );
    const replace = { spec: { ports: [{ port: 9, name: 'nine' }, { $patch: 'replace' }] } };
    const now = await bed.services.patch(named('s'), { type: 'strategic', patch: replace });
    assert.deepEqual(
      now.spec?.ports?.map(({ port }) => port),
      [9],
    );
  });

  test('refuses a strategic patch of a user’s own kind, and merges it otherwise', async (bed) => {
    const registry = bed.registries.registry(widgets);
    await registry.create(widgetNamed('a', { tags: ['x'] }));
    const patch = { spec: { tags: ['y'], color: 'green' } };
    const error = await failsWith('UnsupportedMediaType', registry.patch(named('a'), { type: 'strategic', patch }));
    assert.equal(error.code, 415);
    const now = await registry.patch(named('a'), { type: 'merge', patch });
    assert.deepEqual(now.spec, { color: 'green', tags: ['y'] });
    assert.equal(now.metadata.generation, 2);
  });

  test('validates the outcome', async (bed) => {
    const old = await bed.registries.registry(widgets).create(widgetNamed('a'));
    const registry = bed.registries.registry(widgets);
    const error = await failsWith('Invalid', registry.patch(named('a'), { type: 'merge', patch: { spec: { color: 'pink' } } }));
    assert.deepEqual(causesOf(error), ['spec.color: FieldValueNotSupported']);
    assert.deepEqual(await registry.get(named('a')), old);
  });

  test('is bound to a version that the patch names', async (bed) => {
    const old = await bed.configMap('a');
    const patch = (by: string) => ({ metadata: { resourceVersion: old.metadata.resourceVersion }, data: { by } });
    await bed.configMaps.patch(named('a'), { type: 'merge', patch: patch('first') });
    await failsWith('Conflict', bed.configMaps.patch(named('a'), { type: 'merge', patch: patch('second') }));
  });

  test('loses none of many patches at once', async (bed) => {
    await bed.configMap('a');
    const patch = (at: number) => bed.configMaps.patch(named('a'), { type: 'merge', patch: { data: { [`k${at}`]: 'v' } } });
    await Promise.all(Array.from({ length: 5 }, (_, at) => patch(at)));
    assert.equal(Object.keys((await bed.configMaps.get(named('a'))).data ?? {}).length, 5);
  });

  test('says what is not there', async (bed) => {
    for (const type of ['merge', 'strategic'] as const)
      await failsWith('NotFound', bed.configMaps.patch(named('none'), { type, patch: {} }));
    await failsWith('NotFound', bed.configMaps.patch(named('none'), { type: 'json', patch: [] }));
  });

  test('refuses to change the name', async (bed) => {
    await bed.configMap('a');
    await failsWith('BadRequest', bed.configMaps.patch(named('a'), { type: 'merge', patch: { metadata: { name: 'b' } } }));
  });

  test('does all but store on a dry run', async (bed) => {
    const old = await bed.configMap('a');
    const dry = await bed.configMaps.patch(named('a'), { type: 'merge', patch: { data: { a: '1' } } }, { dryRun: true });
    assert.deepEqual(dry.data, { a: '1' });
    assert.deepEqual(await bed.configMaps.get(named('a')), old);
  });

  test('applies: makes what is not there, merges into what is', async (bed) => {
    let created = 0;
    const options = { fieldManager: 'me', onCreated: () => (created += 1) };
    const made = await bed.configMaps.apply({ metadata: named('a'), data: { a: '1' } }, options);
    assert.deepEqual([made.data, created], [{ a: '1' }, 1]);
    const merged = await bed.configMaps.apply({ metadata: { ...named('a'), labels: { x: 'y' } }, data: { b: '2' } }, options);
    assert.equal(merged.data?.['b'], '2');
    assert.deepEqual(merged.metadata.labels, { x: 'y' });
    assert.deepEqual([merged.metadata.uid, created], [made.metadata.uid, 1]);
  });

  test('applies by the keys of lists', async (bed) => {
    const apply = (image: string) =>
      bed.pods.apply({ metadata: named('a'), spec: { containers: [{ name: 'main', image }] } }, { fieldManager: 'me', force: true });
    await apply('one');
    const { spec } = await apply('two');
    assert.deepEqual(
      spec?.containers.map(({ name, image }) => `${name}=${image}`),
      ['main=two'],
    );
  });

  test('makes one object of many who apply it at once', async (bed) => {
    const apply = (at: number) => bed.configMaps.apply({ metadata: named('a'), data: { [`k${at}`]: 'v' } }, { fieldManager: `m${at}` });
    const made = await Promise.all(Array.from({ length: 4 }, (_, at) => apply(at)));
    assert.equal(new Set(made.map(({ metadata }) => metadata.uid)).size, 1);
    assert.equal(Object.keys((await bed.configMaps.get(named('a'))).data ?? {}).length, 4);
  });
}
