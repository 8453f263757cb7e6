import { expect } from 'chai';
import { NEVER } from 'rxjs';
import { conditionOf } from '../../lib/api/meta/conditions.js';
import { RuntimeError } from '../../lib/runtime/runtime-error.js';
import { SimulatedNode } from './support/simulated-node.js';

describe('A kubelet that is cut off', () => {
  let node: SimulatedNode;

  beforeEach(async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a');
  });
  afterEach(async () => {
    await node.stop();
    expect(node.environment.pendingTimers, 'timers left').to.equal(0);
  });

  it('goes on running its pods without the API, and tells it afterwards', async () => {
    await node.storage.stop();
    await node.crash('a', 9);
    await node.environment.advance(2000);
    expect(await node.running('a')).to.deep.include({ attempt: 1 });
    await node.environment.advance(120_000);
    expect((await node.containers('a')).length).to.equal(2);
    await node.storage.start();
    await node.environment.advance(60_000);
    const { status } = await node.pod('a');
    expect(status?.containerStatuses?.[0]).to.deep.include({ restartCount: 1, ready: true });
    expect(status?.containerStatuses?.[0]?.lastState?.terminated).to.deep.include({ exitCode: 9 });
    await node.createPod('b');
    expect((await node.pod('b')).status?.phase).to.equal('Running');
  });

  it('ends pods that were deleted while it did not hear of it', async () => {
    await node.kubelet.stop();
    await node.deletePod('a', 0);
    await node.startKubelet();
    await node.environment.advance(3000);
    expect(await node.runtime.pods()).to.be.empty;
  });

  it('stops at once, even while statuses cannot be written', async () => {
    await node.storage.stop();
    await node.crash('a');
    const before = node.environment.now();
    await node.stopKubelet();
    expect(node.environment.now() - before).to.be.at.most(1000);
    expect(node.environment.pendingTimers).to.equal(0);
    await node.storage.start();
  });

  it('drains in time, even while statuses cannot be written', async () => {
    await node.storage.stop();
    const before = node.environment.now();
    await node.drain(500);
    expect(node.environment.now() - before).to.be.at.most(2500);
    expect(await node.runtime.pods()).to.be.empty;
    await node.stopKubelet();
    await node.storage.start();
  });

  it('starts when the API is there at last', async () => {
    await node.stopKubelet();
    await node.storage.stop();
    const started = node.startKubelet();
    await node.environment.advance(20_000);
    await node.storage.start();
    await started;
    expect((await node.node()).status?.capacity).to.deep.include({ cpu: '4' });
  });

  it('tries again when the container runtime does not answer for a while', async () => {
    const list = node.runtime.pods.bind(node.runtime);
    node.runtime.pods = () => Promise.reject(new RuntimeError('Unavailable', 'gone fishing'));
    await node.createPod('b');
    await node.environment.advance(30_000);
    expect(conditionOf((await node.node()).status?.conditions, 'Ready')).to.deep.include({
      status: 'False',
      message: 'container runtime is down: gone fishing',
    });
    node.runtime.pods = list;
    await node.environment.advance(45_000);
    expect((await node.pod('b')).status?.phase).to.equal('Running');
    expect(conditionOf((await node.node()).status?.conditions, 'Ready')?.status).to.equal('True');
    expect((await node.pod('a')).status?.containerStatuses?.[0]).to.deep.include({ restartCount: 0 });
  });

  it('says so of sandboxes that cannot be made, and tries again', async () => {
    const make = node.runtime.createSandbox.bind(node.runtime);
    node.runtime.createSandbox = () => Promise.reject(new RuntimeError('Failed', 'no address left'));
    await node.createPod('b');
    await node.environment.advance(5000);
    expect(node.events.messages('b', 'FailedCreatePodSandBox')[0]).to.equal('Failed to create pod sandbox: no address left');
    node.runtime.createSandbox = make;
    await node.environment.advance(10_000);
    expect((await node.pod('b')).status?.phase).to.equal('Running');
  });

  it('finds what events did not tell', async () => {
    const { sandboxId } = (await node.sandboxes('a'))[0]!;
    await node.stopKubelet();
    node.runtime.events = () => NEVER;
    await node.startKubelet();
    node.runtime.endSandbox(sandboxId);
    await node.environment.advance(0);
    expect((await node.sandboxes('a'))[0]!.ready).to.equal(false);
    await node.environment.advance(10_500);
    expect(await node.running('a')).to.deep.include({ attempt: 1 });
  });

  it('ends what appears of a pod that nobody knows', async () => {
    const sandbox = {
      pod: { namespace: 'default', name: 'stray', uid: 'stray' },
      hostname: 'stray',
      labels: {},
      hostNetwork: false,
      directory: '/x',
    };
    await node.runtime.createSandbox(sandbox);
    await node.environment.advance(11_000);
    expect(await node.sandboxes('stray')).to.be.empty;
  });
});
