import assert from 'node:assert/strict';
import { namespaces } from '../../api/core/namespaces.js';
import type { RegistryBed } from './registry-bed.js';
import { failsWith } from './registry-bed.js';
import type { RegistryTest } from './registry-suite.js';

const inside = (name: string, namespace: string) => ({ metadata: { name, namespace } });

async function space(bed: RegistryBed, name: string) {
  const registry = bed.registries.registry(namespaces);
  await registry.create({ metadata: { name } });
  return registry;
}

export function namespaceRules(test: RegistryTest): void {
  test('refuses objects in one that is not there', async (bed) => {
    const error = await failsWith('NotFound', bed.configMaps.create(inside('a', 'nowhere')));
    assert.equal(error.message, 'namespaces "nowhere" not found');
    await failsWith('NotFound', bed.configMaps.create(inside('a', 'nowhere'), { dryRun: true }));
  });

  test('is active when it is made, and known to its finalizer', async (bed) => {
    const registry = await space(bed, 'room');
    const { spec, status, metadata } = await registry.get({ name: 'room' });
    assert.deepEqual([spec?.finalizers, status?.phase], [['kubernetes'], 'Active']);
    assert.equal(metadata.labels?.['kubernetes.io/metadata.name'], 'room');
  });

  test('is terminating when it is deleted: takes no new objects, lets the old ones go', async (bed) => {
    const registry = await space(bed, 'room');
    await bed.configMaps.create(inside('old', 'room'));
    const marked = await registry.delete({ name: 'room' });
    assert.equal(marked.status?.phase, 'Terminating');
    assert.ok(marked.metadata.deletionTimestamp);
    const error = await failsWith('Forbidden', bed.configMaps.create(inside('new', 'room')));
    assert.equal(error.code, 403);
    assert.equal(error.details?.causes?.[0]?.reason, 'NamespaceTerminating');
    await bed.configMaps.update({ ...inside('old', 'room'), data: { may: 'change' } });
    await bed.configMaps.delete({ name: 'old', namespace: 'room' });
  });

  test('goes when it is finalized', async (bed) => {
    const registry = await space(bed, 'room');
    await registry.delete({ name: 'room' });
    const current = await registry.get({ name: 'room' });
    await registry.subresource('finalize').update({ name: 'room' }, { ...current, spec: { finalizers: [] } });
    await failsWith('NotFound', registry.get({ name: 'room' }));
  });

  test('is not freed of its finalizer by an update', async (bed) => {
    const registry = await space(bed, 'room');
    const current = await registry.get({ name: 'room' });
    await registry.update({ ...current, spec: { finalizers: [] } });
    assert.deepEqual((await registry.get({ name: 'room' })).spec?.finalizers, ['kubernetes']);
  });

  test('can be deleted, but for those that a cluster needs', async (bed) => {
    const registry = bed.registries.registry(namespaces);
    for (const name of ['default', 'kube-system', 'kube-public']) await failsWith('Forbidden', registry.delete({ name }));
  });
}
