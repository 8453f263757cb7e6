import { expect } from 'chai';
import type { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { bindings } from '../../lib/api/core/bindings.js';
import { pods } from '../../lib/api/core/pods.js';
import { services } from '../../lib/api/core/services.js';
import type { StatusError } from '../../lib/api/status-error.js';
import { podNamed, serviceNamed } from '../../lib/testing/registry/registry-bed.js';
import { memoryCluster } from '../support/memory-cluster.js';
import { rejection } from '../support/rejection.js';

describe('StoredRegistries, where two rules meet', () => {
  let cluster: Awaited<ReturnType<typeof memoryCluster<VirtualEnvironment>>>;
  const named = (name: string) => ({ name, namespace: 'default' });

  beforeEach(async () => (cluster = await memoryCluster()));
  afterEach(() => cluster.stop());

  it('a pod that has lost its last finalizer still has its grace', async () => {
    const registry = cluster.registries.registry(pods);
    await registry.create({ ...podNamed('a'), metadata: { ...named('a'), finalizers: ['x/hold'] } });
    await cluster.registries.registry(bindings).create({ metadata: named('a'), target: { kind: 'Node', name: 'n1' } });
    await registry.delete(named('a'));
    await registry.patch(named('a'), { type: 'merge', patch: { metadata: { finalizers: null } } });
    expect((await registry.get(named('a'))).metadata).to.deep.include({ deletionGracePeriodSeconds: 30 });
    await registry.delete(named('a'), { gracePeriodSeconds: 0 });
    expect(await rejection(registry.get(named('a')))).to.include({ reason: 'NotFound' });
  });

  it('a pod whose grace is over still has its finalizers', async () => {
    const registry = cluster.registries.registry(pods);
    await registry.create({ ...podNamed('a'), metadata: { ...named('a'), finalizers: ['x/hold'] } });
    await cluster.registries.registry(bindings).create({ metadata: named('a'), target: { kind: 'Node', name: 'n1' } });
    await registry.delete(named('a'));
    expect((await registry.delete(named('a'), { gracePeriodSeconds: 0 })).metadata.deletionGracePeriodSeconds).to.equal(0);
    expect((await registry.get(named('a'))).metadata.finalizers).to.deep.equal(['x/hold']);
    await registry.patch(named('a'), { type: 'merge', patch: { metadata: { finalizers: null } } });
    expect(await rejection(registry.get(named('a')))).to.include({ reason: 'NotFound' });
  });

  it('a list whose snapshot is gone says where the rest begins', async () => {
    const registry = cluster.registries.registry(configMaps);
    for (const name of ['a', 'b', 'c', 'd']) await registry.create({ metadata: named(name) });
    const first = await registry.list({ namespace: 'default', limit: 2 });
    await registry.delete(named('c'));
    await registry.create({ metadata: named('e') });
    await cluster.storage.compact(await cluster.storage.revision());
    const error = await rejection(registry.list({ namespace: 'default', limit: 2, continue: first.continue }));
    expect(error).to.include({ reason: 'Expired', code: 410 });
    const { metadata } = (error as StatusError).toStatus() as unknown as { metadata: { continue: string } };
    const rest = await registry.list({ namespace: 'default', limit: 2, continue: metadata.continue });
    expect(rest.items.map((item) => item.metadata.name)).to.deep.equal(['d', 'e']);
    expect(rest.resourceVersion).to.not.equal(first.resourceVersion);
  });

  it('an object that says by a finalizer what its end means to dependents is taken at its word', async () => {
    const registry = cluster.registries.registry(configMaps);
    await registry.create({ metadata: { ...named('a'), finalizers: ['orphan'] } });
    await registry.delete(named('a'));
    expect((await registry.get(named('a'))).metadata.finalizers).to.deep.equal(['orphan']);
    await registry.create({ metadata: { ...named('b'), finalizers: ['foregroundDeletion'] } });
    await registry.delete(named('b'), { propagationPolicy: 'Background' });
    expect(await rejection(registry.get(named('b')))).to.include({ reason: 'NotFound' });
  });

  it('an address that a failure left taken is free after a while, without a restart', async () => {
    const registry = cluster.registries.registry(services);
    const { clusterIP } = (await registry.create(serviceNamed('a'))).spec!;
    // As if the process had died between removing the service and giving back its address.
    await cluster.storage.commit([{ type: 'delete', key: '/registry/services/specs/default/a' }]);
    const wanted = serviceNamed('b', { clusterIP: clusterIP! });
    expect(await rejection(registry.create(wanted))).to.include({ reason: 'Invalid' });
    await cluster.environment.advance(60_000);
    expect((await registry.create(wanted)).spec!.clusterIP).to.equal(clusterIP);
  });

  it('a service that is sent again keeps its node ports, also when others come beside them', async () => {
    const registry = cluster.registries.registry(services);
    const port = (name: string, number: number) => ({ name, port: number });
    const made = await registry.create(serviceNamed('a', { type: 'NodePort', ports: [port('web', 80)] }));
    const again = await registry.update(serviceNamed('a', { type: 'NodePort', ports: [port('api', 81), port('web', 80)] }));
    const [api, web] = again.spec!.ports!;
    expect(web!.nodePort).to.equal(made.spec!.ports![0]!.nodePort);
    expect(api!.nodePort).to.be.within(30_000, 32_767);
    expect(api!.nodePort).to.not.equal(web!.nodePort);
  });

  it('one port number of two protocols has one node port', async () => {
    const ports = [
      { name: 'tcp', port: 53, protocol: 'TCP' as const },
      { name: 'udp', port: 53, protocol: 'UDP' as const },
    ];
    const { spec } = await cluster.registries.registry(services).create(serviceNamed('dns', { type: 'NodePort', ports }));
    expect(spec!.ports![0]!.nodePort).to.be.a('number').that.equals(spec!.ports![1]!.nodePort);
  });

  it('a service that turns into an external name and back gets another address', async () => {
    const registry = cluster.registries.registry(services);
    await registry.create(serviceNamed('a'));
    const patch = (spec: object) => registry.patch(named('a'), { type: 'merge', patch: { spec } });
    const external = await patch({ type: 'ExternalName', externalName: 'a.example' });
    expect(external.spec).to.not.have.any.keys('clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy');
    expect((await cluster.storage.list('/registry/ranges/')).entries).to.deep.equal([]);
    expect((await patch({ type: 'ClusterIP', externalName: null })).spec!.clusterIP).to.match(/^127\.96\./);
  });
});
