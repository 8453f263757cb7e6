import assert from 'node:assert/strict';
import { bindings } from '../../api/core/bindings.js';
import { causesOf, controllerNamed, failsWith, named, podNamed } from './registry-bed.js';
import type { RegistryTest } from './registry-suite.js';
import { widgetNamed, widgets } from './widgets.js';

export function statusAndScale(test: RegistryTest): void {
  test('status: changes the status and nothing else', async (bed) => {
    const pod = await bed.pods.create(podNamed('a'));
    const spec = { ...pod.spec!, nodeName: 'forged' };
    await bed.pods.subresource('status').update(named('a'), { ...pod, spec, status: { phase: 'Running', podIP: '10.0.0.1' } });
    const now = await bed.pods.get(named('a'));
    assert.deepEqual([now.status?.phase, now.spec?.nodeName, now.metadata.generation], ['Running', undefined, 1]);
    assert.deepEqual(await bed.pods.subresource('status').get(named('a')), now);
  });

  test('status: compares versions, patches and modifies', async (bed) => {
    const old = await bed.pods.create(podNamed('a'));
    const status = bed.pods.subresource('status');
    await status.patch(named('a'), { type: 'merge', patch: { status: { phase: 'Running' } } });
    await failsWith('Conflict', status.update(named('a'), { ...old, status: { phase: 'Failed' } }));
    const now = await status.modify(named('a'), (current) => ({ ...current, status: { ...current.status, message: 'fine' } }));
    assert.deepEqual([now.status?.phase, now.status?.message], ['Running', 'fine']);
    await failsWith('NotFound', status.get(named('none')));
  });

  test('status: loses none of many changes at once', async (bed) => {
    const registry = bed.registries.registry(widgets);
    await registry.create(widgetNamed('a'));
    const raise = () =>
      registry.subresource('status').modify(named('a'), (current) => ({ ...current, status: { size: (current.status?.size ?? 0) + 1 } }));
    await Promise.all(Array.from({ length: 8 }, raise));
    const { status, metadata } = await registry.get(named('a'));
    assert.deepEqual([status?.size, metadata.generation], [8, 1]);
  });

  test('status: lets a write of a user’s own kind change neither spec nor labels', async (bed) => {
    const registry = bed.registries.registry(widgets);
    const made = await registry.create(widgetNamed('a', { size: 1 }));
    const forged = { ...made, metadata: { ...made.metadata, labels: { x: 'y' } }, spec: { size: 9 }, status: { phase: 'Ready' } };
    await registry.subresource('status').update(named('a'), forged);
    const now = await registry.get(named('a'));
    assert.deepEqual([now.spec?.size, now.metadata.labels, now.status?.phase], [1, undefined, 'Ready']);
  });

  test('status: does all but store on a dry run', async (bed) => {
    const pod = await bed.pods.create(podNamed('a'));
    const dry = await bed.pods.subresource('status').update(named('a'), { ...pod, status: { phase: 'Running' } }, { dryRun: true });
    assert.equal(dry.status?.phase, 'Running');
    assert.deepEqual(await bed.pods.get(named('a')), pod);
  });

  test('scale: reads and writes the replicas', async (bed) => {
    await bed.controllers.create(controllerNamed('a', 2));
    const scale = bed.controllers.subresource('scale');
    const current = await scale.get(named('a'));
    assert.deepEqual([current.kind, current.apiVersion], ['Scale', 'autoscaling/v1']);
    assert.deepEqual([current.spec?.replicas, current.status?.selector], [2, 'app=a']);
    assert.equal((await scale.update(named('a'), { ...current, spec: { replicas: 5 } })).spec?.replicas, 5);
    const { spec, metadata } = await bed.controllers.get(named('a'));
    assert.deepEqual([spec?.replicas, metadata.generation], [5, 2]);
    assert.equal((await scale.patch(named('a'), { type: 'merge', patch: { spec: { replicas: 7 } } })).spec?.replicas, 7);
    assert.equal((await scale.modify(named('a'), (now) => ({ ...now, spec: { replicas: 3 } }))).spec?.replicas, 3);
  });

  test('scale: refuses an old version and a negative count', async (bed) => {
    await bed.controllers.create(controllerNamed('a', 2));
    const scale = bed.controllers.subresource('scale');
    const old = await scale.get(named('a'));
    await scale.update(named('a'), { ...old, spec: { replicas: 3 } });
    await failsWith('Conflict', scale.update(named('a'), { ...old, spec: { replicas: 4 } }));
    const error = await failsWith('Invalid', scale.patch(named('a'), { type: 'merge', patch: { spec: { replicas: -1 } } }));
    assert.deepEqual(causesOf(error), ['spec.replicas: FieldValueInvalid']);
  });

  test('scale: follows the paths of a user’s own kind', async (bed) => {
    const registry = bed.registries.registry(widgets);
    await registry.create(widgetNamed('a', { size: 1 }));
    await registry.subresource('scale').patch(named('a'), { type: 'merge', patch: { spec: { replicas: 4 } } });
    assert.equal((await registry.get(named('a'))).spec?.size, 4);
  });

  test('refuses subresources that a kind lacks, and verbs that a subresource lacks', async (bed) => {
    await bed.configMap('a');
    await failsWith('NotFound', bed.configMaps.subresource('status').get(named('a')));
    await failsWith('NotFound', bed.configMaps.subresource('scale').get(named('a')));
    await bed.pods.create(podNamed('a'));
    await failsWith('MethodNotAllowed', bed.pods.subresource('binding').get(named('a')));
    await failsWith('MethodNotAllowed', bed.pods.subresource('status').create(named('a'), podNamed('a')));
  });
}

export function bindingAndEviction(test: RegistryTest): void {
  const to = (name: string, node: string) => ({ metadata: named(name), target: { kind: 'Node', name: node } });

  test('binding: puts a pod on a node, and says that it is scheduled', async (bed) => {
    await bed.pods.create(podNamed('a'));
    await bed.pods.subresource('binding').create(named('a'), to('a', 'n1'));
    const { spec, status } = await bed.pods.get(named('a'));
    assert.equal(spec?.nodeName, 'n1');
    assert.ok(status?.conditions?.some(({ type, status: value }) => type === 'PodScheduled' && value === 'True'));
  });

  test('binding: does so by the kind of bindings as well', async (bed) => {
    await bed.pods.create(podNamed('a'));
    await bed.registries.registry(bindings).create(to('a', 'n1'));
    assert.equal((await bed.pods.get(named('a'))).spec?.nodeName, 'n1');
  });

  test('binding: happens once, whoever asks', async (bed) => {
    await bed.pods.create(podNamed('a'));
    const binding = bed.pods.subresource('binding');
    const ends = await Promise.allSettled(['n1', 'n2', 'n3'].map((node) => binding.create(named('a'), to('a', node))));
    assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1);
    const error = await failsWith('Conflict', binding.create(named('a'), to('a', 'n4')));
    assert.match(error.message, /pod a is already assigned to node/);
  });

  test('binding: refuses pods that are not there or on their way out, other uids and targets without a name', async (bed) => {
    const binding = bed.pods.subresource('binding');
    await failsWith('NotFound', binding.create(named('none'), to('none', 'n')));
    await bed.pods.create({ ...podNamed('a'), metadata: { ...named('a'), finalizers: ['conformance.kubelib.dev/hold'] } });
    await failsWith('Conflict', binding.create(named('a'), { ...to('a', 'n'), metadata: { ...named('a'), uid: 'other' } }));
    const error = await failsWith('Invalid', binding.create(named('a'), { ...to('a', ''), target: {} }));
    assert.ok(causesOf(error).includes('target.name: FieldValueRequired'), causesOf(error).join());
    await bed.pods.delete(named('a'));
    await failsWith('Conflict', binding.create(named('a'), to('a', 'n')));
  });

  test('binding: changes nothing on a dry run', async (bed) => {
    const pod = await bed.pods.create(podNamed('a'));
    await bed.pods.subresource('binding').create(named('a'), to('a', 'n1'), { dryRun: true });
    assert.deepEqual(await bed.pods.get(named('a')), pod);
  });

  test('eviction: deletes with the pod’s grace, and says why', async (bed) => {
    await bed.pods.create(podNamed('a', { nodeName: 'n' }));
    await bed.pods.subresource('eviction').create(named('a'), { metadata: named('a') });
    const { metadata, status } = await bed.pods.get(named('a'));
    assert.equal(metadata.deletionGracePeriodSeconds, 30);
    assert.ok(status?.conditions?.some(({ type }) => type === 'DisruptionTarget'));
    await failsWith('NotFound', bed.pods.subresource('eviction').create(named('none'), { metadata: named('none') }));
  });

  test('eviction: obeys its delete options', async (bed) => {
    const eviction = bed.pods.subresource('eviction');
    await bed.pods.create(podNamed('a', { nodeName: 'n' }));
    const wrong = { metadata: named('a'), deleteOptions: { preconditions: { uid: 'other' } } };
    await failsWith('Conflict', eviction.create(named('a'), wrong));
    await eviction.create(named('a'), { metadata: named('a') }, { dryRun: true });
    assert.equal((await bed.pods.get(named('a'))).metadata.deletionTimestamp, undefined);
    await eviction.create(named('a'), { metadata: named('a'), deleteOptions: { gracePeriodSeconds: 0 } });
    await failsWith('NotFound', bed.pods.get(named('a')));
  });
}
