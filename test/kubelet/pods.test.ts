import { expect } from 'chai';
import { pods } from '../../lib/api/core/pods.js';
import { conditionOf } from '../../lib/api/meta/conditions.js';
import { SimulatedNode } from './support/simulated-node.js';

describe('Pods on a kubelet', () => {
  let node: SimulatedNode;

  afterEach(async () => {
    await node.stop();
    expect(node.environment.pendingTimers, 'timers left').to.equal(0);
  });

  it('runs a pod that is bound to its node and says so in its status', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a');
    const { status } = await node.pod('a');
    expect(status).to.deep.include({
      phase: 'Running',
      hostIP: '127.0.0.1',
      podIP: '10.0.0.1',
      podIPs: [{ ip: '10.0.0.1' }],
      qosClass: 'BestEffort',
      startTime: '2025-01-01T00:00:00Z',
    });
    const trueOnes = status?.conditions?.filter((one) => one.status === 'True').map(({ type }) => type);
    expect(trueOnes).to.have.members(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']);
    const [container] = status!.containerStatuses!;
    const { id } = await node.running('a');
    expect(container).to.deep.include({ ready: true, started: true, restartCount: 0, image: 'app:1', containerID: `simulated://${id}` });
    expect(container!.state).to.deep.equal({ running: { startedAt: '2025-01-01T00:00:00Z' } });
    expect(node.events.reasons('a')).to.deep.equal(['Pulled', 'Created', 'Started']);
  });

  it('leaves pods of other nodes alone', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('other', { nodeName: 'n2' });
    expect(await node.sandboxes('other')).to.be.empty;
  });

  it('writes nothing while nothing changes', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a');
    const before = (await node.pod('a')).metadata.resourceVersion;
    await node.environment.advance(600_000);
    expect((await node.pod('a')).metadata.resourceVersion).to.equal(before);
  });

  it('keeps conditions of others, and the pod waits for its readiness gates', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a', { readinessGates: [{ conditionType: 'example.com/gate' }] });
    const ready = async () => conditionOf((await node.pod('a')).status?.conditions, 'Ready');
    expect(await ready()).to.deep.include({ status: 'False', reason: 'ReadinessGatesNotReady' });
    await node.registries
      .registry(pods)
      .subresource('status')
      .modify({ namespace: 'default', name: 'a' }, (pod) => ({
        ...pod,
        status: { ...pod.status, conditions: [...(pod.status?.conditions ?? []), { type: 'example.com/gate', status: 'True' }] },
      }));
    await node.environment.advance(0);
    expect(await ready()).to.deep.include({ status: 'True' });
    await node.crash('a');
    await node.environment.advance(0);
    expect(conditionOf((await node.pod('a')).status?.conditions, 'example.com/gate')).to.deep.include({ status: 'True' });
  });

  it('succeeds when all containers end with 0 and are not restarted, and keeps their remains', async () => {
    node = await new SimulatedNode({ runtime: { onStart: () => ({ runFor: 5000 }) } }).start();
    await node.createPod('a', { restartPolicy: 'Never' });
    await node.environment.advance(5000);
    const { status } = await node.pod('a');
    expect(status?.phase).to.equal('Succeeded');
    expect(status?.containerStatuses?.[0]?.state?.terminated).to.deep.include({
      exitCode: 0,
      reason: 'Completed',
      startedAt: '2025-01-01T00:00:00Z',
      finishedAt: '2025-01-01T00:00:05Z',
    });
    expect(conditionOf(status?.conditions, 'Ready')).to.deep.include({ status: 'False', reason: 'PodCompleted' });
    expect(await node.containers('a')).to.have.length(1);
  });

  it('fails when a container ends with another code and is not restarted', async () => {
    node = await new SimulatedNode({ runtime: { onStart: () => ({ exitCode: 7, runFor: 1000 }) } }).start();
    await node.createPod('a', { restartPolicy: 'Never' });
    await node.environment.advance(1000);
    const { status } = await node.pod('a');
    expect(status?.phase).to.equal('Failed');
    expect(status?.containerStatuses?.[0]?.state?.terminated).to.deep.include({ exitCode: 7, reason: 'Error' });
    await node.environment.advance(3_600_000);
    expect(await node.containers('a')).to.have.length(1);
  });

  it('restarts on failure only, when the policy says so', async () => {
    const codes = [3, 0];
    node = await new SimulatedNode({ runtime: { onStart: () => ({ exitCode: codes.shift()!, runFor: 1000 }) } }).start();
    await node.createPod('a', { restartPolicy: 'OnFailure' });
    await node.environment.advance(1500);
    expect((await node.pod('a')).status?.phase).to.equal('Running');
    await node.environment.advance(1000);
    const { status } = await node.pod('a');
    expect(status?.phase).to.equal('Succeeded');
    expect(status?.containerStatuses?.[0]).to.deep.include({ restartCount: 1 });
  });

  it('ends a pod that is active for too long', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a', { activeDeadlineSeconds: 60 });
    await node.environment.advance(59_000);
    expect((await node.pod('a')).status?.phase).to.equal('Running');
    await node.environment.advance(1000);
    const { status } = await node.pod('a');
    expect(status).to.deep.include({ phase: 'Failed', reason: 'DeadlineExceeded' });
    expect((await node.containers('a')).map(({ state }) => state)).to.deep.equal(['exited']);
  });

  it('takes over when somebody else says that the pod has failed', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a');
    const failed = { phase: 'Failed', reason: 'Evicted' };
    await node.registries
      .registry(pods)
      .subresource('status')
      .modify({ namespace: 'default', name: 'a' }, (pod) => ({ ...pod, status: { ...pod.status, ...failed } }));
    await node.environment.advance(0);
    expect((await node.pod('a')).status).to.deep.include(failed);
    expect((await node.containers('a')).map(({ state }) => state)).to.deep.equal(['exited']);
  });
});
