import { expect } from 'chai';
import type { Probe } from 'kubernetes-types/core/v1.js';
import { pods } from '../../lib/api/core/pods.js';
import { conditionOf } from '../../lib/api/meta/conditions.js';
import { SimulatedNode } from './support/simulated-node.js';

describe('A kubelet that starts where another one was', () => {
  let node: SimulatedNode;

  afterEach(async () => {
    await node.stop();
    expect(node.environment.pendingTimers, 'timers left').to.equal(0);
  });

  const status = async (name = 'a') => (await node.pod(name)).status?.containerStatuses?.[0];

  it('takes over running containers, and starts nothing twice', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a');
    await node.crash('a');
    const before = await node.running('a');
    const version = (await node.pod('a')).metadata.resourceVersion;
    await node.restartKubelet();
    await node.environment.advance(60_000);
    expect((await node.running('a')).id).to.equal(before.id);
    expect(await status()).to.deep.include({ restartCount: 1, ready: true });
    expect((await node.pod('a')).metadata.resourceVersion).to.equal(version);
  });

  it('goes on watching what it took over', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a');
    await node.restartKubelet();
    await node.crash('a');
    expect(await status()).to.deep.include({ restartCount: 1, ready: true });
  });

  it('restarts what ended while no kubelet was there', async () => {
    node = await new SimulatedNode({ runtime: { onStart: () => ({ runFor: 30_000, exitCode: 4 }) } }).start();
    await node.createPod('a');
    await node.stopKubelet();
    await node.environment.advance(60_000);
    await node.startKubelet();
    await node.environment.advance(0);
    expect(await node.running('a')).to.deep.include({ attempt: 1 });
    expect((await status())?.lastState?.terminated).to.deep.include({ exitCode: 4 });
  });

  it('counts a restart of what was lost without a trace', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a');
    await node.stopKubelet();
    for (const { sandboxId } of await node.runtime.pods()) await node.runtime.removeSandbox(sandboxId);
    await node.startKubelet();
    await node.environment.advance(0);
    expect(await node.running('a')).to.deep.include({ attempt: 1 });
    expect(await status()).to.deep.include({ restartCount: 1 });
    expect((await status())?.lastState?.terminated).to.deep.include({ exitCode: 137, reason: 'ContainerStatusUnknown' });
    expect((await node.pod('a')).status?.phase).to.equal('Running');
  });

  it('fails a pod that was lost without a trace and is not to be restarted', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a', { restartPolicy: 'Never' });
    await node.stopKubelet();
    for (const { sandboxId } of await node.runtime.pods()) await node.runtime.removeSandbox(sandboxId);
    await node.startKubelet();
    await node.environment.advance(0);
    expect((await node.pod('a')).status?.phase).to.equal('Failed');
    expect(await node.sandboxes('a')).to.be.empty;
  });

  it('ends pods that were deleted while no kubelet was there', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('graceful');
    await node.createPod('forced');
    await node.stopKubelet();
    await node.deletePod('graceful');
    await node.deletePod('forced', 0);
    await node.startKubelet();
    await node.environment.advance(2000);
    expect(await node.runtime.pods()).to.be.empty;
    expect(await node.podOrNothing('graceful')).to.equal(undefined);
  });

  it('keeps a ready container ready until a probe says otherwise', async () => {
    let answer = true;
    const asked: Probe[] = [];
    const prober = {
      probe: (probe: Probe) => {
        asked.push(probe);
        return Promise.resolve({ outcome: answer ? ('success' as const) : ('failure' as const), output: '' });
      },
    };
    node = await new SimulatedNode({ kubelet: { prober } }).start();
    const readinessProbe = { exec: { command: ['x'] }, periodSeconds: 10, failureThreshold: 1 };
    await node.createPod('a', { container: { readinessProbe, startupProbe: { ...readinessProbe, failureThreshold: 3 } } });
    expect(await status()).to.deep.include({ ready: true, started: true });
    const version = (await node.pod('a')).metadata.resourceVersion;
    answer = false;
    await node.restartKubelet();
    expect(await status()).to.deep.include({ ready: true, started: true });
    expect((await node.pod('a')).metadata.resourceVersion).to.equal(version);
    await node.environment.advance(10_000);
    expect(await status()).to.deep.include({ ready: false, started: true });
  });
});

describe('Draining a node', () => {
  let node: SimulatedNode;

  afterEach(async () => {
    await node.stop();
    expect(node.environment.pendingTimers, 'timers left').to.equal(0);
  });

  it('ends everything within the grace period, and leaves the pods to be run again', async () => {
    node = await new SimulatedNode({ runtime: { onStart: () => ({ stopsIn: Infinity }) } }).start();
    await node.createPod('a');
    await node.createPod('b');
    const begun = node.environment.now();
    await node.drain(2000);
    expect(node.environment.now() - begun).to.be.within(2000, 2500);
    expect(await node.runtime.pods()).to.be.empty;
    const { status } = await node.pod('a');
    expect(status?.phase).to.equal('Running');
    expect(conditionOf(status?.conditions, 'Ready')?.status).to.equal('False');
    expect(status?.containerStatuses?.[0]?.state?.waiting?.reason).to.equal('ContainerCreating');
  });

  it('has the next kubelet run the same pods without counting a restart', async () => {
    node = await new SimulatedNode().start();
    const { metadata } = await node.createPod('a');
    await node.createPod('crashed');
    await node.crash('crashed');
    const phases = new Set<string | undefined>();
    const watch = node.registries
      .registry(pods)
      .watch()
      .subscribe((event) => event.type !== 'BOOKMARK' && phases.add(event.object.status?.phase));
    await node.drain();
    await node.restartKubelet();
    await node.environment.advance(0);
    watch.unsubscribe();
    expect([...phases], 'a pod that ran is never pending again').to.deep.equal(['Running']);
    const pod = await node.pod('a');
    expect(pod.metadata.uid).to.equal(metadata.uid);
    expect(pod.status?.containerStatuses?.[0]).to.deep.include({ restartCount: 0, ready: true });
    expect(conditionOf(pod.status?.conditions, 'Ready')?.status).to.equal('True');
    expect((await node.pod('crashed')).status?.containerStatuses?.[0]).to.deep.include({ restartCount: 1, ready: true });
    expect((await node.pod('crashed')).status?.containerStatuses?.[0]?.lastState?.terminated).to.deep.include({ exitCode: 1 });
  });

  it('runs a pod again that is never restarted, but none that has finished', async () => {
    const onStart = ({ config }: { config: { image: string } }) => (config.image === 'short' ? { runFor: 1 } : {});
    node = await new SimulatedNode({ runtime: { onStart } }).start();
    await node.createPod('job', { restartPolicy: 'Never', initContainers: [{ name: 'i', image: 'short' }] });
    await node.environment.advance(10);
    await node.createPod('done', { restartPolicy: 'Never', container: { image: 'short' } });
    await node.environment.advance(10);
    await node.drain();
    expect(await node.runtime.pods()).to.be.empty;
    expect((await node.pod('job')).status?.phase).to.equal('Running');
    expect((await node.pod('done')).status?.phase).to.equal('Succeeded');
    await node.restartKubelet();
    await node.environment.advance(10);
    expect((await node.pod('job')).status).to.deep.include({ phase: 'Running' });
    expect((await node.pod('job')).status?.initContainerStatuses?.[0]).to.deep.include({ restartCount: 0, ready: true });
    expect(await node.running('job')).to.deep.include({ attempt: 0 });
    expect((await node.pod('done')).status?.phase).to.equal('Succeeded');
    expect(await node.sandboxes('done')).to.be.empty;
  });

  it('starts nothing that comes meanwhile', async () => {
    node = await new SimulatedNode().start();
    await node.drain();
    await node.createPod('late');
    expect(await node.sandboxes('late')).to.be.empty;
    await node.restartKubelet();
    await node.environment.advance(0);
    expect((await node.pod('late')).status?.phase).to.equal('Running');
  });

  it('still ends pods that are being deleted for good', async () => {
    node = await new SimulatedNode({ runtime: { onStart: () => ({ stopsIn: Infinity }) } }).start();
    await node.createPod('a');
    await node.deletePod('a', 600);
    await node.drain(1000);
    expect(await node.runtime.pods()).to.be.empty;
    expect(await node.podOrNothing('a')).to.equal(undefined);
  });
});
