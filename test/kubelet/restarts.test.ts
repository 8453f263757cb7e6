import { expect } from 'chai';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { pods } from '../../lib/api/core/pods.js';
import { conditionOf } from '../../lib/api/meta/conditions.js';
import { SimulatedNode } from './support/simulated-node.js';

describe('Restarts by a kubelet', () => {
  let node: SimulatedNode;

  afterEach(async () => {
    await node.stop();
    expect(node.environment.pendingTimers, 'timers left').to.equal(0);
  });

  it('restarts a container at once when it ends for the first time, and counts it', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a');
    const first = await node.running('a');
    await node.environment.advance(60_000);
    await node.crash('a', 137);
    const { status } = await node.pod('a');
    expect(status?.phase).to.equal('Running');
    expect(status?.containerStatuses?.[0]).to.deep.include({ restartCount: 1, ready: true });
    expect(status?.containerStatuses?.[0]?.lastState?.terminated).to.deep.include({
      exitCode: 137,
      reason: 'Error',
      containerID: `simulated://${first.id}`,
    });
  });

  it('has the API know that the pod is not ready before the container is started again', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a');
    const statuses = node.registries.registry(pods).subresource('status');
    const modify = statuses.modify.bind(statuses);
    node.registries.registry(pods).subresource = () =>
      ({ ...statuses, modify: (...call: Parameters<typeof modify>) => node.environment.sleep(300).then(() => modify(...call)) }) as never; // a slow API
    const seen: string[] = [];
    const watch = node.registries
      .registry(pods)
      .watch({ fieldSelector: 'metadata.name=a' })
      .subscribe((event) => {
        if (event.type === 'MODIFIED') seen.push(`Ready=${readyOf(event.object)}`);
      });
    node.runtime.events().subscribe(({ type }) => seen.push(type));
    await node.crash('a');
    await node.environment.advance(1000);
    watch.unsubscribe();
    expect(seen).to.deep.equal(['exited', 'Ready=False', 'started', 'Ready=True']);
  });

  it('waits 10 s before the second restart, and twice as long before each later one', async () => {
    node = await new SimulatedNode({ runtime: { onStart: () => ({ runFor: 1000, exitCode: 1 }) } }).start();
    const { metadata } = await node.createPod('a');
    const starts: number[] = [];
    const begun = node.environment.now();
    node.runtime.events().subscribe(({ type }) => type === 'started' && starts.push(node.environment.now() - begun));
    await node.environment.advance(5000);
    const waiting = (await node.pod('a')).status?.containerStatuses?.[0];
    expect(waiting?.state?.waiting).to.deep.equal({
      reason: 'CrashLoopBackOff',
      message: `back-off 10s restarting failed container=c pod=a_default(${metadata.uid})`,
    });
    expect(waiting?.lastState?.terminated).to.deep.include({ exitCode: 1 });
    expect(waiting).to.deep.include({ restartCount: 1, ready: false });
    expect(node.events.messages('a', 'BackOff')).to.deep.equal([
      `Back-off restarting failed container c in pod a_default(${metadata.uid})`,
    ]);
    await node.environment.advance(1_600_000);
    const gaps = starts.map((at, i) => at - (starts[i - 1] ?? -1000));
    expect(gaps.slice(0, 8)).to.deep.equal(
      [1000 + 1000, 11_000, 21_000, 41_000, 81_000, 161_000, 301_000, 301_000].map((gap, i) => (i === 0 ? 2000 : gap)),
    );
    expect((await node.pod('a')).status?.containerStatuses?.[0]?.state?.waiting?.message).to.contain('back-off 5m0s');
  });

  it('begins the back-off anew after a container has run for ten minutes', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a');
    await node.crash('a');
    await node.crash('a');
    expect((await node.pod('a')).status?.containerStatuses?.[0]?.state?.waiting?.reason).to.equal('CrashLoopBackOff');
    await node.environment.advance(10_000);
    await node.environment.advance(601_000);
    await node.crash('a');
    expect((await node.pod('a')).status?.containerStatuses?.[0]).to.deep.include({ restartCount: 3, ready: true });
  });

  it('keeps the pod running while its only container waits for a restart', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a');
    await node.crash('a');
    await node.crash('a');
    expect((await node.pod('a')).status?.phase).to.equal('Running');
  });

  it('removes dead containers but the last, so that its output can still be read', async () => {
    node = await new SimulatedNode({ runtime: { onStart: () => ({ runFor: 1000, exitCode: 1 }) } }).start();
    await node.createPod('a');
    await node.environment.advance(200_000);
    const left = await node.containers('a');
    expect(left.filter(({ state }) => state === 'exited').length).to.equal(1);
    expect(left.length).to.be.at.most(2);
  });

  it('restarts a container whose image was changed, without back-off', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a');
    await node.registries.registry(pods).modify({ namespace: 'default', name: 'a' }, (pod) => ({
      ...pod,
      spec: { ...pod.spec!, containers: [{ ...pod.spec!.containers[0]!, image: 'app:2' }] },
    }));
    await node.environment.advance(1000);
    expect(await node.running('a')).to.deep.include({ image: 'app:2', attempt: 1 });
    expect(node.events.messages('a', 'Killing')).to.deep.equal(['Container c definition changed, will be restarted']);
  });

  it('makes a new sandbox when the old one died, and counts the restart', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a');
    const [old] = await node.sandboxes('a');
    node.runtime.endSandbox(old!.sandboxId);
    await node.environment.advance(0);
    const now = await node.sandboxes('a');
    expect(now.map(({ ready }) => ready)).to.deep.equal([true]);
    expect(now[0]!.sandboxId).to.not.equal(old!.sandboxId);
    expect(await node.running('a')).to.deep.include({ attempt: 1 });
    expect((await node.pod('a')).status).to.deep.include({ phase: 'Running', podIP: now[0]!.ips[0] });
    expect(node.events.reasons('a')).to.include('SandboxChanged');
  });
});

function readyOf(pod: Pod): string | undefined {
  return conditionOf(pod.status?.conditions, 'Ready')?.status;
}
