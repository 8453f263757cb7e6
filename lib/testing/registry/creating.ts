import assert from 'node:assert/strict';
import { namespaces } from '../../api/core/namespaces.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { bindings } from '../../api/core/bindings.js';
import type { Registry } from '../../registry/registry.js';
import { causesOf, failsWith, named, podNamed } from './registry-bed.js';
import type { RegistryTest } from './registry-suite.js';
import { widgetNamed, widgets } from './widgets.js';

export function creating(test: RegistryTest): void {
  test('answers with the whole object: type, defaults, and metadata that only the server sets', async (bed) => {
    const pod = await bed.pods.create(podNamed('a'));
    assert.deepEqual([pod.apiVersion, pod.kind], ['v1', 'Pod']);
    assert.match(pod.metadata.uid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.match(pod.metadata.creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.match(pod.metadata.resourceVersion, /^\d+$/);
    assert.equal(pod.metadata.generation, 1);
    assert.equal(pod.spec?.restartPolicy, 'Always');
    assert.equal(pod.status?.phase, 'Pending');
    assert.deepEqual(await bed.pods.get(named('a')), pod);
  });

  test('takes neither uid, creation time, generation nor deletion from the client', async (bed) => {
    const forged = { uid: 'mine', creationTimestamp: '2001-01-01T00:00:00Z', generation: 7, deletionTimestamp: '2001-01-01T00:00:00Z' };
    const { metadata } = await bed.pods.create({ ...podNamed('a'), metadata: { ...named('a'), ...forged } });
    assert.notEqual(metadata.uid, 'mine');
    assert.notEqual(metadata.creationTimestamp, forged.creationTimestamp);
    assert.equal(metadata.generation, 1);
    assert.equal(metadata.deletionTimestamp, undefined);
  });

  test('gives no generation to kinds that have none', async (bed) => {
    assert.equal((await bed.configMap('a')).metadata.generation, undefined);
  });

  test('gives an object that is made again another uid and a later version', async (bed) => {
    const first = await bed.configMap('a');
    await bed.configMaps.delete(named('a'));
    const second = await bed.configMap('a');
    assert.notEqual(second.metadata.uid, first.metadata.uid);
    assert.ok(Number(second.metadata.resourceVersion) > Number(first.metadata.resourceVersion));
  });

  test('refuses a name that is taken', async (bed) => {
    await bed.configMap('a');
    const error = await failsWith('AlreadyExists', bed.configMap('a'));
    assert.equal(error.code, 409);
    assert.equal(error.message, 'configmaps "a" already exists');
    assert.deepEqual(error.details, { name: 'a', kind: 'configmaps' });
  });

  test('gives a name to one of many who want it at once', async (bed) => {
    const ends = await Promise.allSettled(Array.from({ length: 8 }, (_, at) => bed.configMap('a', {}, { at: String(at) })));
    assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1);
  });

  test('makes unique names from generateName', async (bed) => {
    const make = () => bed.configMaps.create({ metadata: { generateName: 'job-', namespace: 'default' } });
    const names = (await Promise.all(Array.from({ length: 20 }, make))).map(({ metadata }) => metadata.name);
    assert.equal(new Set(names).size, 20);
    for (const name of names) assert.match(name, /^job-[a-z0-9]{5}$/);
  });

  test('cuts a generateName that leaves no room', async (bed) => {
    const { metadata } = await bed.configMaps.create({ metadata: { generateName: 'x'.repeat(80), namespace: 'default' } });
    assert.match(metadata.name, /^x{58}[a-z0-9]{5}$/);
  });

  test('prefers a name to a generateName', async (bed) => {
    const { metadata } = await bed.configMaps.create({ metadata: { ...named('own'), generateName: 'job-' } });
    assert.equal(metadata.name, 'own');
  });

  test('refuses an object without a name', async (bed) => {
    const error = await failsWith('Invalid', bed.configMaps.create({ metadata: { namespace: 'default' } }));
    assert.equal(error.code, 422);
    assert.ok(causesOf(error).includes('metadata.name: FieldValueRequired'), causesOf(error).join());
  });

  test('refuses an object that brings a version', async (bed) => {
    const error = await failsWith('InternalError', bed.configMaps.create({ metadata: { ...named('a'), resourceVersion: '7' } }));
    assert.match(error.message, /resourceVersion should not be set on objects to be created/);
  });

  test('names every field that is wrong', async (bed) => {
    const call = bed.pods.create(podNamed('a', { restartPolicy: 'Sometimes', containers: [{ name: 'Bad_Name', image: '' }] }));
    const error = await failsWith('Invalid', call);
    assert.match(error.message, /^Pod "a" is invalid: /);
    assert.deepEqual([error.details?.kind, error.details?.name], ['Pod', 'a']);
    const causes = causesOf(error);
    assert.ok(causes.includes('spec.restartPolicy: FieldValueNotSupported'), causes.join());
    assert.ok(causes.includes('spec.containers[0].name: FieldValueInvalid'), causes.join());
    assert.ok(causes.includes('spec.containers[0].image: FieldValueRequired'), causes.join());
  });

  test('stores nothing of what it refuses', async (bed) => {
    await failsWith('Invalid', bed.pods.create(podNamed('a', { containers: [] })));
    await failsWith('NotFound', bed.pods.get(named('a')));
  });

  test('refuses a value of the wrong type, and an object of another kind', async (bed) => {
    await failsWith('BadRequest', bed.configMaps.create({ metadata: named('a'), data: { count: 1 as unknown as string } }));
    const pods = bed.pods as Registry<object>;
    await failsWith('BadRequest', pods.create({ metadata: named('a'), spec: { containers: 'none' } }));
  });

  test('warns of an unknown field, drops it, and refuses it when strict', async (bed) => {
    const texts: string[] = [];
    const onWarning = (text: string) => void texts.push(text);
    const odd = () => ({ metadata: named('a'), data: { a: '1' }, colour: 'red' });
    await failsWith('BadRequest', bed.configMaps.create(odd(), { fieldValidation: 'Strict' }));
    const made = await bed.configMaps.create(odd(), { onWarning });
    assert.deepEqual(texts, ['unknown field "colour"']);
    assert.ok(!('colour' in made));
    const silent = bed.configMaps.create({ ...odd(), metadata: named('b') }, { fieldValidation: 'Ignore', onWarning });
    assert.ok(!('colour' in (await silent)));
    assert.equal(texts.length, 1);
  });

  test('puts objects without a namespace into default, and none into a cluster-wide kind', async (bed) => {
    assert.equal((await bed.configMaps.create({ metadata: { name: 'a' } })).metadata.namespace, 'default');
    const made = await bed.registries.registry(namespaces).create({ metadata: { name: 'fresh' } });
    assert.equal(made.metadata.namespace, undefined);
  });

  test('keeps apart equal names in two namespaces', async (bed) => {
    await bed.configMap('a');
    await bed.configMaps.create({ metadata: { name: 'a', namespace: 'kube-public' }, data: { where: 'elsewhere' } });
    assert.equal((await bed.configMaps.get({ name: 'a', namespace: 'kube-public' })).data?.['where'], 'elsewhere');
    assert.equal((await bed.configMaps.get(named('a'))).data?.['where'], undefined);
  });

  test('does all but store on a dry run', async (bed) => {
    const pod = await bed.pods.create(podNamed('a'), { dryRun: true });
    assert.equal(pod.spec?.restartPolicy, 'Always');
    assert.ok(pod.metadata.uid);
    await failsWith('NotFound', bed.pods.get(named('a')));
    await failsWith('Invalid', bed.pods.create(podNamed('a', { containers: [] }), { dryRun: true }));
    await bed.pods.create(podNamed('a'));
    await failsWith('AlreadyExists', bed.pods.create(podNamed('a'), { dryRun: true }));
  });

  test('defaults, prunes and validates a kind of a user’s own by its schema', async (bed) => {
    const registry = bed.registries.registry(widgets);
    const made = await registry.create({ ...widgetNamed('a', { size: 2 }), extra: true } as ReturnType<typeof widgetNamed>);
    assert.deepEqual(made.spec, { color: 'red', size: 2 });
    assert.ok(!('extra' in made));
    assert.equal(made.metadata.generation, 1);
    const error = await failsWith('Invalid', registry.create(widgetNamed('b', { color: 'pink', size: -1 })));
    assert.deepEqual(causesOf(error).sort(), ['spec.color: FieldValueNotSupported', 'spec.size: FieldValueInvalid']);
  });

  test('leaves the status to its own subresource', async (bed) => {
    const made = await bed.registries.registry(widgets).create({ ...widgetNamed('a'), status: { phase: 'Forged' } });
    assert.equal(made.status, undefined);
    const pod = await bed.pods.create({ ...podNamed('a'), status: { phase: 'Running' } });
    assert.equal(pod.status?.phase, 'Pending');
  });

  test('does nothing once its caller has given up', async (bed) => {
    const reason = new Error('enough');
    const call = bed.configMaps.create({ metadata: named('a') }, { signal: AbortSignal.abort(reason) });
    await assert.rejects(call, (error) => error === reason || (error as Error).cause === reason || (error as Error).name === 'AbortError');
    await failsWith('NotFound', bed.configMaps.get(named('a')));
  });

  test('refuses everything but creation for a kind that can only be created', async (bed) => {
    // What the type hides is there all the same: a server routes every verb.
    const registry = bed.registries.registry(bindings as ResourceDefinition);
    for (const call of [
      registry.list(),
      registry.get(named('a')),
      registry.delete(named('a')),
      registry.update({ metadata: named('a') }),
    ]) {
      assert.ok(['MethodNotAllowed', 'NotFound'].includes((await refusal(call)).reason));
    }
    assert.equal((await failsWith('MethodNotAllowed', registry.list())).code, 405);
    await bed.watch(registry).failsWith('MethodNotAllowed');
  });
}

async function refusal(call: Promise<unknown>): Promise<{ reason: string }> {
  return call.then(
    () => assert.fail('it was not refused'),
    (error: unknown) => error as { reason: string },
  );
}
