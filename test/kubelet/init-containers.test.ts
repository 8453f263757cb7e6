import { expect } from 'chai';
import type { Container } from 'kubernetes-types/core/v1.js';
import { conditionOf } from '../../lib/api/meta/conditions.js';
import { SimulatedNode } from './support/simulated-node.js';

const container = (name: string, more: Partial<Container> = {}): Container => ({ name, image: 'app:1', ...more });
const sidecar = (name: string, more: Partial<Container> = {}) => container(name, { restartPolicy: 'Always', ...more });
const simulate = (text: string) => ({ env: [{ name: 'SIMULATE', value: text }] });

describe('Init containers and sidecars', () => {
  let node: SimulatedNode;

  afterEach(async () => {
    await node.stop();
    expect(node.environment.pendingTimers, 'timers left').to.equal(0);
  });

  const started = async (name: string) =>
    (await node.containers(name)).filter(({ startedAt }) => startedAt !== undefined).map((one) => one.name);

  it('runs init containers one after the other before the others', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a', {
      initContainers: [container('one', simulate('exit 0 after 5s')), container('two', simulate('exit 0 after 5s'))],
    });
    expect(await started('a')).to.deep.equal(['one']);
    const { status } = await node.pod('a');
    expect(status?.phase).to.equal('Pending');
    expect(status?.containerStatuses?.[0]?.state).to.deep.equal({ waiting: { reason: 'PodInitializing' } });
    expect(conditionOf(status?.conditions, 'Initialized')).to.deep.include({
      status: 'False',
      reason: 'ContainersNotInitialized',
      message: 'containers with incomplete status: [one two]',
    });
    await node.environment.advance(5000);
    expect(await started('a')).to.deep.equal(['one', 'two']);
    await node.environment.advance(5000);
    expect(await started('a')).to.deep.equal(['one', 'two', 'c']);
    const after = (await node.pod('a')).status;
    expect(after?.phase).to.equal('Running');
    expect(after?.initContainerStatuses?.map(({ ready, state }) => [ready, state?.terminated?.reason])).to.deep.equal([
      [true, 'Completed'],
      [true, 'Completed'],
    ]);
    expect(conditionOf(after?.conditions, 'Initialized')?.status).to.equal('True');
  });

  it('fails the pod when an init container fails and is not to be restarted', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a', { restartPolicy: 'Never', initContainers: [container('one', simulate('exit 2 after 1s'))] });
    await node.environment.advance(1000);
    expect((await node.pod('a')).status?.phase).to.equal('Failed');
    expect(await started('a')).to.deep.equal(['one']);
  });

  it('restarts a failed init container with back-off, and goes on when it succeeds', async () => {
    const codes = [1, 1, 0];
    const onStart = ({ config }: { config: { name: string } }) => (config.name === 'one' ? { runFor: 1000, exitCode: codes.shift()! } : {});
    node = await new SimulatedNode({ runtime: { onStart } }).start();
    await node.createPod('a', { initContainers: [container('one')] });
    await node.environment.advance(3000);
    const { status } = await node.pod('a');
    expect(status?.phase).to.equal('Pending');
    expect(status?.initContainerStatuses?.[0]?.state?.waiting?.reason).to.equal('CrashLoopBackOff');
    await node.environment.advance(11_000);
    expect((await node.pod('a')).status?.phase).to.equal('Running');
    expect((await node.pod('a')).status?.initContainerStatuses?.[0]).to.deep.include({ restartCount: 2, ready: true });
  });

  it('does not run init containers again when a container is restarted', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a', { initContainers: [container('one', simulate('exit 0 after 1s'))] });
    await node.environment.advance(1000);
    await node.crash('a');
    expect((await node.containers('a')).map(({ name, attempt }) => `${name}${attempt}`)).to.deep.equal(['one0', 'c0', 'c1']);
  });

  it('starts what comes after a sidecar once that has started, and restarts it whatever the policy', async () => {
    node = await new SimulatedNode({ kubelet: { prober: { probe: () => Promise.resolve({ outcome: 'success', output: '' }) } } }).start();
    const startupProbe = { exec: { command: ['true'] }, initialDelaySeconds: 10 };
    await node.createPod('a', { restartPolicy: 'Never', initContainers: [sidecar('s', { startupProbe })] });
    expect(await started('a')).to.deep.equal(['s']);
    await node.environment.advance(10_000);
    expect(await started('a')).to.deep.equal(['s', 'c']);
    expect((await node.pod('a')).status?.phase).to.equal('Running');
    await node.crash('a', 0, 's');
    expect(await node.running('a', 's')).to.deep.include({ attempt: 1 });
    expect((await node.pod('a')).status?.initContainerStatuses?.[0]).to.deep.include({ restartCount: 1 });
  });

  it('ends sidecars, the last one first, when the other containers have ended', async () => {
    node = await new SimulatedNode().start();
    const order: (string | undefined)[] = [];
    node.runtime.events().subscribe(({ type, container: name }) => type === 'exited' && order.push(name));
    await node.createPod('a', {
      restartPolicy: 'Never',
      initContainers: [sidecar('s1'), sidecar('s2')],
      container: simulate('exit 0 after 5s'),
    });
    await node.environment.advance(5000);
    expect(order).to.deep.equal(['c', 's2', 's1']);
    expect((await node.pod('a')).status?.phase).to.equal('Succeeded');
  });
});
