import assert from 'node:assert/strict';
import { leases } from '../../api/coordination/leases.js';
import type { Stored } from '../../api/object.js';
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { causesOf, controllerNamed, failsWith, named, podNamed } from './registry-bed.js';
import type { RegistryTest } from './registry-suite.js';
import { widgetNamed, widgets } from './widgets.js';

export function updating(test: RegistryTest): void {
  test('replaces the whole object, and answers with what is now stored', async (bed) => {
    const old = await bed.configMap('a', { app: 'x' }, { a: '1', b: '2' });
    const now = await bed.configMaps.update({ metadata: named('a'), data: { b: '3' } });
    assert.deepEqual(now.data, { b: '3' });
    assert.equal(now.metadata.labels, undefined);
    assert.ok(Number(now.metadata.resourceVersion) > Number(old.metadata.resourceVersion));
    assert.deepEqual(await bed.configMaps.get(named('a')), now);
  });

  test('refuses a version that has been overtaken', async (bed) => {
    const old = await bed.configMap('a');
    await bed.configMaps.update({ ...old, data: { by: 'first' } });
    const error = await failsWith('Conflict', bed.configMaps.update({ ...old, data: { by: 'second' } }));
    assert.equal(error.code, 409);
    assert.match(
      error.message,
      /^Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes/,
    );
    assert.equal((await bed.configMaps.get(named('a'))).data?.['by'], 'first');
  });

  test('lets one of many writers of the same version win', async (bed) => {
    const old = await bed.configMap('a');
    const ends = await Promise.allSettled(
      Array.from({ length: 8 }, (_, at) => bed.configMaps.update({ ...old, data: { at: String(at) } })),
    );
    assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const end of ends) if (end.status === 'rejected') await failsWith('Conflict', Promise.reject(end.reason as Error));
  });

  test('writes without a version, but for kinds that insist on one', async (bed) => {
    await bed.configMap('a');
    assert.deepEqual((await bed.configMaps.update({ metadata: named('a'), data: { a: '1' } })).data, { a: '1' });
    const registry = bed.registries.registry(widgets);
    await registry.create(widgetNamed('a'));
    const error = await failsWith('Invalid', registry.update(widgetNamed('a', { size: 1 })));
    assert.deepEqual(causesOf(error), ['metadata.resourceVersion: FieldValueInvalid']);
  });

  test('refuses an object without a name', async (bed) => {
    await failsWith('BadRequest', bed.configMaps.update({ metadata: { namespace: 'default' } }));
    await failsWith('BadRequest', bed.configMaps.apply({ metadata: { namespace: 'default' } }, { fieldManager: 'me' }));
    await failsWith(
      'NotFound',
      bed.configMaps.modify({ name: '', namespace: 'default' }, () => assert.fail('asked')),
    );
  });

  test('refuses the uid of another object', async (bed) => {
    await bed.configMap('a');
    const error = await failsWith('Conflict', bed.configMaps.update({ metadata: { ...named('a'), uid: 'other' } }));
    assert.match(error.message, /Precondition failed: UID in precondition: other/);
  });

  test('does not make what is not there, but for kinds that allow it', async (bed) => {
    await failsWith('NotFound', bed.configMaps.update({ metadata: named('a') }));
    let made = 0;
    const registry = bed.registries.registry(leases);
    const lease = await registry.update({ metadata: named('a') }, { onCreated: () => (made += 1) });
    assert.equal(made, 1);
    assert.ok(lease.metadata.uid);
    await registry.update({ ...lease, spec: { holderIdentity: 'me' } }, { onCreated: () => (made += 1) });
    assert.equal(made, 1);
  });

  test('keeps metadata that is not the client’s', async (bed) => {
    const old = await bed.configMap('a');
    const forged = { ...named('a'), creationTimestamp: '2001-01-01T00:00:00Z', deletionTimestamp: '2001-01-01T00:00:00Z', generation: 9 };
    const { metadata } = await bed.configMaps.update({ metadata: forged, data: { a: '1' } });
    assert.deepEqual([metadata.uid, metadata.creationTimestamp], [old.metadata.uid, old.metadata.creationTimestamp]);
    assert.deepEqual([metadata.deletionTimestamp, metadata.generation], [undefined, undefined]);
  });

  test('writes nothing when nothing changes', async (bed) => {
    const old = await bed.configMap('a', { app: 'x' }, { a: '1' });
    const since = (await bed.configMaps.list()).resourceVersion;
    const same = await bed.configMaps.update({ metadata: { ...named('a'), labels: { app: 'x' } }, data: { a: '1' } });
    assert.equal(same.metadata.resourceVersion, old.metadata.resourceVersion);
    assert.equal((await bed.configMaps.list()).resourceVersion, since);
  });

  test('counts the generation with the spec alone', async (bed) => {
    const made = await bed.controllers.create(controllerNamed('a'));
    const labelled = await bed.controllers.update({ ...made, metadata: { ...made.metadata, labels: { x: 'y' } } });
    assert.equal(labelled.metadata.generation, 1);
    const scaled = await bed.controllers.update({ ...labelled, spec: { ...labelled.spec!, replicas: 2 } });
    assert.equal(scaled.metadata.generation, 2);
    const reported = await bed.controllers.subresource('status').update(named('a'), { ...scaled, status: { replicas: 1 } });
    assert.equal(reported.metadata?.generation, 2);
  });

  test('leaves the status alone', async (bed) => {
    const made = await bed.controllers.create(controllerNamed('a'));
    const changed = await bed.controllers.update({ ...made, status: { replicas: 5 }, spec: { ...made.spec!, replicas: 3 } });
    assert.equal(changed.status?.replicas, 0);
    assert.equal(changed.spec?.replicas, 3);
  });

  test('refuses changes of what is fixed once it is made', async (bed) => {
    const pod = await bed.pods.create(podNamed('a'));
    const error = await failsWith('Invalid', bed.pods.update({ ...pod, spec: { ...pod.spec!, restartPolicy: 'Never' } }));
    assert.ok(
      causesOf(error).some((cause) => cause.startsWith('spec')),
      causesOf(error).join(),
    );
    const fixed = await bed.configMaps.create({ metadata: named('fixed'), data: { a: '1' }, immutable: true });
    assert.deepEqual(causesOf(await failsWith('Invalid', bed.configMaps.update({ ...fixed, data: { a: '2' } }))), [
      'data: FieldValueForbidden',
    ]);
  });

  test('does all but store on a dry run', async (bed) => {
    const old = await bed.configMap('a', {}, { a: '1' });
    const dry = await bed.configMaps.update({ ...old, data: { a: '2' } }, { dryRun: true });
    assert.deepEqual(dry.data, { a: '2' });
    assert.deepEqual(await bed.configMaps.get(named('a')), old);
    await failsWith('Conflict', bed.configMaps.update({ ...old, metadata: { ...old.metadata, resourceVersion: '1' } }, { dryRun: true }));
  });
}

export function modifying(test: RegistryTest): void {
  const raised = (current: Stored<ConfigMap>): ConfigMap => ({ ...current, data: { n: String(Number(current.data?.['n'] ?? 0) + 1) } });

  test('loses none of many changes at once', async (bed) => {
    await bed.configMap('a');
    await Promise.all(Array.from({ length: 16 }, () => bed.configMaps.modify(named('a'), raised)));
    assert.equal((await bed.configMaps.get(named('a'))).data?.['n'], '16');
  });

  test('runs the change anew on what another has written', async (bed) => {
    await bed.configMap('a', {}, { n: '1' });
    const seen: (string | undefined)[] = [];
    let rival: Promise<unknown> | undefined;
    const calls = Array.from({ length: 4 }, () =>
      bed.configMaps.modify(named('a'), (current) => {
        seen.push(current.data?.['n']);
        rival ??= bed.configMaps.modify(named('a'), raised);
        return raised(current);
      }),
    );
    await Promise.all(calls);
    await rival;
    assert.equal((await bed.configMaps.get(named('a'))).data?.['n'], '6');
    assert.ok(seen.length >= 4);
  });

  test('writes nothing when the change gives the same object back', async (bed) => {
    const old = await bed.configMap('a');
    const since = (await bed.configMaps.list()).resourceVersion;
    assert.deepEqual(await bed.configMaps.modify(named('a'), (current) => current), old);
    assert.equal((await bed.configMaps.list()).resourceVersion, since);
  });

  test('says what is not there, without asking the change', async (bed) => {
    await failsWith(
      'NotFound',
      bed.configMaps.modify(named('none'), () => assert.fail('asked')),
    );
  });

  test('passes on what the change throws, and the refusal of what it makes', async (bed) => {
    const old = await bed.configMap('a');
    const failure = new Error('no');
    await assert.rejects(
      bed.configMaps.modify(named('a'), () => {
        throw failure;
      }),
      failure,
    );
    const bad = bed.configMaps.modify(named('a'), (current) => ({ ...current, data: { 'no spaces': '' } }));
    await failsWith('Invalid', bad);
    assert.deepEqual(await bed.configMaps.get(named('a')), old);
  });

  test('does all but store on a dry run', async (bed) => {
    const old = await bed.configMap('a');
    assert.equal((await bed.configMaps.modify(named('a'), raised, { dryRun: true })).data?.['n'], '1');
    assert.deepEqual(await bed.configMaps.get(named('a')), old);
  });
}
