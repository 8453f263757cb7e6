import { expect } from 'chai';
import type { Pod, Toleration } from 'kubernetes-types/core/v1.js';
import { leases } from '../../lib/api/coordination/leases.js';
import { events } from '../../lib/api/core/events.js';
import { nodes } from '../../lib/api/core/nodes.js';
import { pods } from '../../lib/api/core/pods.js';
import { conditionOf } from '../../lib/api/meta/conditions.js';
import { microTimestamp } from '../../lib/api/meta/time.js';
import { nodeLifecycleController } from '../../lib/controllers/node-lifecycle/node-lifecycle-controller.js';
import { nodeOf, podOf, running, setPodStatus } from './running.js';
import type { Running } from './running.js';

const SECOND = 1000;

describe('node lifecycle controller', () => {
  let cluster: Running;
  let beating: Set<string>;

  beforeEach(async () => {
    cluster = await running([nodeLifecycleController({ podEvictionTimeout: '5s' })]);
    beating = new Set(['alive', 'dead']);
    for (const name of beating) {
      await cluster.registry(nodes).create(nodeOf(name));
      await cluster.registry(leases).create({ metadata: { name, namespace: 'kube-node-lease' }, spec: { holderIdentity: name } });
    }
  });

  afterEach(() => cluster.stop());

  /** Time passes, and kubelets beat every 10 s. */
  const pass = async (seconds: number) => {
    for (let left = seconds; left > 0; left -= 10) {
      for (const name of beating)
        await cluster.registry(leases).modify({ name, namespace: 'kube-node-lease' }, (lease) => ({
          ...lease,
          spec: { ...lease.spec, renewTime: microTimestamp(cluster.environment.now()) },
        }));
      await cluster.settle(Math.min(10, left) * SECOND);
    }
  };
  const ready = async (name: string) => conditionOf((await cluster.find(nodes, name))?.status?.conditions, 'Ready');
  const taints = async (name: string) =>
    ((await cluster.find(nodes, name))?.spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`);
  const isThere = async (name: string) => (await cluster.find(pods, name)) !== undefined;
  const podOn = (node: string, name: string, spec: Partial<Pod['spec']> = {}) =>
    cluster.registry(pods).create(podOf(name, {}, { nodeName: node, ...spec }));
  const setNodeStatus = (name: string, type: string, status: string, lastHeartbeatTime = '2025-01-01T09:00:00Z') =>
    cluster
      .registry(nodes)
      .subresource('status')
      .modify({ name }, (node) => {
        const others = (node.status?.conditions ?? []).filter((condition) => condition.type !== type);
        return {
          ...node,
          status: { ...node.status, conditions: [...others, { type, status, lastHeartbeatTime }] },
        };
      });
  const forLong = (key: string, tolerationSeconds?: number): Toleration => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
  });

  it('leaves nodes alone whose leases are renewed', async () => {
    await podOn('alive', 'p');
    await pass(300);
    expect((await ready('alive'))?.status).to.equal('True');
    expect(await taints('alive')).to.deep.equal([]);
    expect(await isThere('p')).to.equal(true);
  });

  it('calls a node Unknown after 40 s of silence, and taints it', async () => {
    beating.delete('dead');
    await pass(30);
    expect((await ready('dead'))?.status).to.equal('True');
    await pass(20);
    expect(await ready('dead')).to.include({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    });
    expect(await taints('dead')).to.deep.equal(['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute']);
    expect((await cluster.all(events)).map(({ reason, involvedObject }) => `${reason} ${involvedObject.name}`)).to.include(
      'NodeNotReady dead',
    );
  });

  it('calls the pods of a silent node not ready at once, deletes them after the eviction timeout, and removes them though nobody confirms', async () => {
    const pod = await podOn('dead', 'p', { terminationGracePeriodSeconds: 30 });
    await setPodStatus(cluster, pod, { ip: '10.0.0.1' });
    await podOn('alive', 'q');
    beating.delete('dead');
    await pass(42);
    expect(conditionOf((await cluster.find(pods, 'p'))?.status?.conditions, 'Ready')?.status).to.equal('False');
    expect((await cluster.find(pods, 'p'))?.metadata.deletionTimestamp).to.equal(undefined);
    await pass(6);
    expect((await cluster.find(pods, 'p'))?.metadata.deletionTimestamp).not.to.equal(undefined);
    await pass(30);
    expect(await isThere('p')).to.equal(true);
    await pass(10);
    expect([await isThere('p'), await isThere('q')]).to.deep.equal([false, true]);
  });

  it('keeps pods whose own tolerations say so', async () => {
    await podOn('dead', 'ever', { tolerations: [forLong('node.kubernetes.io/unreachable')] });
    await podOn('dead', 'minutes', { tolerations: [forLong('node.kubernetes.io/unreachable', 120)] });
    beating.delete('dead');
    await pass(150);
    expect([await isThere('ever'), await isThere('minutes')]).to.deep.equal([true, true]);
    await pass(30);
    expect([await isThere('ever'), await isThere('minutes')]).to.deep.equal([true, false]);
  });

  it('deletes nothing while no node answers at all', async () => {
    await podOn('dead', 'p');
    beating.clear();
    await pass(300);
    expect(await taints('alive')).to.have.length(2);
    expect(await isThere('p')).to.equal(true);
    await setNodeStatus('alive', 'Ready', 'True');
    beating.add('alive');
    await pass(20);
    expect(await isThere('p')).to.equal(false);
  });

  it('takes its taints back when the kubelet reports again', async () => {
    beating.delete('dead');
    await pass(60);
    expect(await taints('dead')).to.have.length(2);
    beating.add('dead');
    await setNodeStatus('dead', 'Ready', 'True');
    await pass(60);
    expect((await ready('dead'))?.status).to.equal('True');
    expect(await taints('dead')).to.deep.equal([]);
  });

  it('gives a node that has never reported a minute', async () => {
    await cluster.registry(nodes).create({ metadata: { name: 'new' } });
    await pass(50);
    expect(await ready('new')).to.equal(undefined);
    await pass(20);
    expect(await ready('new')).to.include({ status: 'Unknown', reason: 'NodeStatusNeverUpdated' });
  });

  it('taints by conditions and by unschedulable, and keeps the taints of others', async () => {
    await cluster.registry(nodes).modify({ name: 'alive' }, (node) => ({
      ...node,
      spec: { ...node.spec, taints: [{ key: 'own', effect: 'NoSchedule' }], unschedulable: true },
    }));
    await setNodeStatus('alive', 'MemoryPressure', 'True');
    await cluster.settle();
    expect(await taints('alive')).to.have.members([
      'own:NoSchedule',
      'node.kubernetes.io/unschedulable:NoSchedule',
      'node.kubernetes.io/memory-pressure:NoSchedule',
    ]);
    expect((await cluster.find(nodes, 'alive'))?.spec?.taints?.find(({ key }) => key.endsWith('unschedulable'))?.timeAdded).to.match(
      /^2025/,
    );
    await setNodeStatus('alive', 'MemoryPressure', 'False');
    await cluster.registry(nodes).modify({ name: 'alive' }, (node) => ({ ...node, spec: { ...node.spec, unschedulable: false } }));
    await cluster.settle();
    expect(await taints('alive')).to.deep.equal(['own:NoSchedule']);
    await setNodeStatus('alive', 'Ready', 'False');
    await cluster.settle();
    expect(await taints('alive')).to.include('node.kubernetes.io/not-ready:NoSchedule');
  });

  it('drives pods away that do not tolerate a NoExecute taint, at once or after tolerationSeconds', async () => {
    await podOn('alive', 'a');
    await podOn('alive', 'b', { tolerations: [forLong('own')] });
    await podOn('alive', 'c', { tolerations: [forLong('own', 7)] });
    await cluster
      .registry(nodes)
      .modify({ name: 'alive' }, (node) => ({ ...node, spec: { ...node.spec, taints: [{ key: 'own', effect: 'NoExecute' }] } }));
    const there = async () => [await isThere('a'), await isThere('b'), await isThere('c')];
    await cluster.settle();
    expect(await there()).to.deep.equal([false, true, true]);
    await pass(5);
    expect(await there()).to.deep.equal([false, true, true]);
    await pass(5);
    expect(await there()).to.deep.equal([false, true, false]);
    await podOn('alive', 'late');
    await cluster.settle();
    expect(await isThere('late')).to.equal(false);
  });

  it('removes pods that are bound to a node which does not exist', async () => {
    const pod = await podOn('dead', 'p', { terminationGracePeriodSeconds: 30 });
    await cluster.settle();
    await cluster.registry(nodes).delete({ name: 'dead' });
    await pass(30);
    expect((await cluster.find(pods, 'p'))?.metadata.uid).to.equal(pod.metadata.uid);
    await pass(20);
    expect(await isThere('p')).to.equal(false);
  });

  it('forgets that a node was missing when it comes back in time', async () => {
    await podOn('dead', 'p', { terminationGracePeriodSeconds: 30 });
    await cluster.registry(nodes).delete({ name: 'dead' });
    await pass(30);
    await cluster.registry(nodes).create(nodeOf('dead'));
    await pass(60);
    expect(await isThere('p')).to.equal(true);
  });

  it('writes nothing while nothing changes', async () => {
    await setNodeStatus('alive', 'MemoryPressure', 'True');
    beating.delete('dead');
    await pass(120);
    const before = cluster.writes.length;
    await pass(120);
    expect(cluster.writes.slice(before)).to.deep.equal([]);
  });

  it('takes nothing but a heartbeat for a sign of life', async () => {
    beating.delete('dead');
    for (const touched of ['a', 'b', 'c', 'd', 'e']) {
      await pass(10);
      await cluster.registry(nodes).modify({ name: 'dead' }, (node) => ({ ...node, metadata: { ...node.metadata, labels: { touched } } }));
    }
    await cluster.settle();
    expect((await ready('dead'))?.status).to.equal('Unknown');
  });

  it('takes a fresh condition of the node for a heartbeat as well', async () => {
    beating.delete('dead');
    for (let i = 0; i < 10; i++) {
      await pass(10);
      await setNodeStatus('dead', 'Ready', 'True', `2025-01-01T09:0${i}:00Z`);
    }
    expect((await ready('dead'))?.status).to.equal('True');
  });
});
