import { expect } from 'chai';
import { leases } from '../../lib/api/coordination/leases.js';
import { namespaces } from '../../lib/api/core/namespaces.js';
import { nodes } from '../../lib/api/core/nodes.js';
import { conditionOf } from '../../lib/api/meta/conditions.js';
import { parseTime } from '../../lib/api/meta/time.js';
import { RuntimeError } from '../../lib/runtime/runtime-error.js';
import { SimulatedNode } from './support/simulated-node.js';

describe('The node of a kubelet', () => {
  let node: SimulatedNode;

  afterEach(async () => {
    await node.stop();
    expect(node.environment.pendingTimers, 'timers left').to.equal(0);
  });

  const lease = () => node.registries.registry(leases).get({ namespace: 'kube-node-lease', name: 'n1' });

  it('is registered with labels, capacity, addresses, facts and conditions', async () => {
    node = await new SimulatedNode({
      kubelet: { labels: { zone: 'x' }, addresses: ['192.0.2.1'], port: 10250, allocatable: { cpu: '3' } },
    }).start();
    const { metadata, status } = await node.node();
    expect(metadata.labels).to.include({ 'kubernetes.io/hostname': 'n1', 'kubernetes.io/os': process.platform, zone: 'x' });
    expect(status?.capacity).to.deep.include({ cpu: '4', memory: '8Gi', pods: '110' });
    expect(status?.allocatable).to.deep.include({ cpu: '3', memory: '8Gi' });
    expect(status?.addresses).to.deep.equal([
      { type: 'InternalIP', address: '192.0.2.1' },
      { type: 'Hostname', address: 'n1' },
    ]);
    expect(status?.daemonEndpoints?.kubeletEndpoint?.Port).to.equal(10250);
    expect(status?.nodeInfo).to.include({ containerRuntimeVersion: 'simulated://1', operatingSystem: process.platform });
    const conditions = Object.fromEntries(status!.conditions!.map(({ type, status: value }) => [type, value]));
    expect(conditions).to.deep.equal({ MemoryPressure: 'False', DiskPressure: 'False', PIDPressure: 'False', Ready: 'True' });
  });

  it('keeps labels and annotations of others when it is there already', async () => {
    node = new SimulatedNode();
    await node.start();
    await node.stopKubelet();
    await node.registries.registry(nodes).modify({ name: 'n1' }, (one) => ({
      ...one,
      metadata: { ...one.metadata, labels: { 'kubernetes.io/hostname': 'wrong', mine: 'yes' } },
      spec: { ...one.spec, unschedulable: true },
    }));
    await node.startKubelet();
    const { metadata, spec } = await node.node();
    expect(metadata.labels).to.include({ 'kubernetes.io/hostname': 'n1', mine: 'yes' });
    expect(spec?.unschedulable).to.equal(true);
  });

  it('renews its lease every ten seconds', async () => {
    node = await new SimulatedNode().start();
    const first = await lease();
    expect(first.spec).to.deep.include({ holderIdentity: 'n1', leaseDurationSeconds: 40 });
    expect(first.metadata.ownerReferences?.[0]).to.deep.include({ kind: 'Node', name: 'n1' });
    await node.environment.advance(60_000);
    const age = node.environment.now() - parseTime((await lease()).spec?.renewTime);
    expect(age).to.be.below(10_500);
    await node.stopKubelet();
    await node.environment.advance(60_000);
    expect(node.environment.now() - parseTime((await lease()).spec?.renewTime)).to.be.at.least(60_000);
  });

  it('goes on when its lease was deleted, or written by others', async () => {
    node = await new SimulatedNode().start();
    await node.registries.registry(leases).delete({ namespace: 'kube-node-lease', name: 'n1' });
    await node.environment.advance(25_000);
    expect((await lease()).spec?.holderIdentity).to.equal('n1');
  });

  it('makes the namespace of leases where it is missing', async () => {
    node = new SimulatedNode({ kubelet: { leasePeriod: 1000 } });
    await node.start();
    await node.stopKubelet();
    await node.registries.registry(leases).delete({ namespace: 'kube-node-lease', name: 'n1' });
    await node.registries.registry(namespaces).delete({ name: 'kube-node-lease' });
    await node.registries
      .registry(namespaces)
      .subresource('finalize')
      .modify({ name: 'kube-node-lease' }, (one) => ({ ...one, spec: { finalizers: [] } }));
    await node.startKubelet();
    expect((await lease()).spec?.leaseDurationSeconds).to.equal(4);
  });

  it('writes its status every five minutes when nothing changes', async () => {
    node = await new SimulatedNode().start();
    const first = (await node.node()).metadata.resourceVersion;
    await node.environment.advance(290_000);
    expect((await node.node()).metadata.resourceVersion).to.equal(first);
    await node.environment.advance(30_000);
    const after = await node.node();
    expect(after.metadata.resourceVersion).to.not.equal(first);
    const ready = conditionOf(after.status?.conditions, 'Ready');
    expect(ready).to.deep.include({ lastTransitionTime: '2025-01-01T00:00:00Z' });
    expect(parseTime((ready as { lastHeartbeatTime?: string }).lastHeartbeatTime)).to.be.greaterThan(Date.UTC(2025, 0, 1, 0, 4));
  });

  it('is registered again when it was deleted', async () => {
    node = await new SimulatedNode().start();
    await node.registries.registry(nodes).delete({ name: 'n1' });
    await node.environment.advance(11_000);
    expect((await node.node()).status?.capacity).to.deep.include({ cpu: '4' });
  });

  it('is not ready while the container runtime does not answer', async () => {
    node = await new SimulatedNode().start();
    const info = node.runtime.info.bind(node.runtime);
    node.runtime.info = () => Promise.reject(new RuntimeError('Unavailable', 'gone fishing'));
    await node.environment.advance(11_000);
    const ready = conditionOf((await node.node()).status?.conditions, 'Ready');
    expect(ready).to.deep.include({ status: 'False', reason: 'KubeletNotReady' });
    expect(ready?.message).to.contain('gone fishing');
    expect(node.events.reasons('n1')).to.include('NodeNotReady');
    node.runtime.info = info;
    await node.environment.advance(11_000);
    expect(conditionOf((await node.node()).status?.conditions, 'Ready')?.status).to.equal('True');
  });
});
