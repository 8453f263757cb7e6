import { expect } from 'chai';
import { SimulatedNode } from './support/simulated-node.js';

describe('Pods that the node does not take', () => {
  let node: SimulatedNode;

  afterEach(async () => {
    await node.stop();
    expect(node.environment.pendingTimers, 'timers left').to.equal(0);
  });

  const cpu = (amount: string) => ({ container: { resources: { requests: { cpu: amount } } } });

  it('fails a pod that asks for more than is left, and starts nothing of it', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a', cpu('3'));
    await node.createPod('b', cpu('1500m'));
    const { status } = await node.pod('b');
    expect(status).to.deep.include({
      phase: 'Failed',
      reason: 'OutOfcpu',
      message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 1500, used: 3000, capacity: 4000",
    });
    expect(await node.sandboxes('b')).to.be.empty;
    expect(node.events.reasons('b')).to.deep.equal(['OutOfcpu']);
  });

  it('counts neither finished nor rejected pods', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('done', { ...cpu('3'), restartPolicy: 'Never' });
    await node.crash('done', 0);
    await node.createPod('rejected', cpu('5'));
    await node.createPod('b', cpu('4'));
    expect((await node.pod('b')).status?.phase).to.equal('Running');
  });

  it('fails a pod whose host port is taken', async () => {
    node = await new SimulatedNode().start();
    const ports = { container: { ports: [{ containerPort: 80, hostPort: 8080 }] } };
    await node.createPod('a', ports);
    await node.createPod('b', ports);
    expect((await node.pod('b')).status).to.deep.include({ phase: 'Failed', reason: 'NodePorts' });
  });

  it('fails a pod beyond the number of pods', async () => {
    node = await new SimulatedNode({ kubelet: { capacity: { pods: '1' } } }).start();
    await node.createPod('a');
    await node.createPod('b');
    expect((await node.pod('b')).status).to.deep.include({ phase: 'Failed', reason: 'OutOfpods' });
  });

  it('never gives up what runs already for what is new', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('z', cpu('3'));
    await node.stopKubelet();
    await node.createPod('a', cpu('3'));
    await node.startKubelet();
    await node.environment.advance(0);
    expect((await node.pod('z')).status?.phase).to.equal('Running');
    expect((await node.pod('a')).status).to.deep.include({ phase: 'Failed', reason: 'OutOfcpu' });
  });

  it('removes a rejected pod when it is deleted', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('b', cpu('5'));
    await node.deletePod('b');
    expect(await node.podOrNothing('b')).to.equal(undefined);
  });
});
