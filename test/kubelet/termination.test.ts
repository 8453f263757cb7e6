import { expect } from 'chai';
import { pods } from '../../lib/api/core/pods.js';
import { SimulatedNode } from './support/simulated-node.js';

describe('The end of a pod', () => {
  let node: SimulatedNode;

  afterEach(async () => {
    await node.stop();
    expect(node.environment.pendingTimers, 'timers left').to.equal(0);
  });

  it('asks the containers to end, removes everything, and then the object', async () => {
    node = await new SimulatedNode({ runtime: { onStart: () => ({ stopsIn: 3000, stopExitCode: 0 }) } }).start();
    await node.createPod('a');
    const types: string[] = [];
    const statuses: (string | undefined)[] = [];
    const watch = node.registries
      .registry(pods)
      .watch({ fieldSelector: 'metadata.name=a' })
      .subscribe((event) => {
        if (event.type === 'BOOKMARK') return;
        types.push(event.type);
        statuses.push(event.object.status?.phase);
      });
    await node.deletePod('a', 30);
    expect((await node.pod('a')).metadata.deletionTimestamp).to.be.a('string');
    await node.environment.advance(2900);
    expect(await node.containers('a')).to.have.length(1);
    await node.environment.advance(200);
    watch.unsubscribe();
    expect(await node.podOrNothing('a')).to.equal(undefined);
    expect(await node.sandboxes('a')).to.be.empty;
    expect(types.at(-1)).to.equal('DELETED');
    expect(statuses.at(-1)).to.equal('Succeeded');
    expect(node.events.messages('a', 'Killing')).to.deep.equal(['Stopping container c']);
  });

  it('kills what has not ended after the grace period', async () => {
    node = await new SimulatedNode({ runtime: { onStart: () => ({ stopsIn: Infinity }) } }).start();
    await node.createPod('a', { terminationGracePeriodSeconds: 20 });
    await node.deletePod('a');
    await node.environment.advance(19_900);
    expect(await node.podOrNothing('a')).to.not.equal(undefined);
    await node.environment.advance(200);
    expect(await node.podOrNothing('a')).to.equal(undefined);
  });

  it('kills sooner when the grace period is shortened meanwhile', async () => {
    node = await new SimulatedNode({ runtime: { onStart: () => ({ stopsIn: Infinity }) } }).start();
    await node.createPod('a');
    await node.deletePod('a', 600);
    await node.environment.advance(5000);
    await node.deletePod('a', 5);
    await node.environment.advance(5100);
    expect(await node.podOrNothing('a')).to.equal(undefined);
  });

  it('kills a pod that is gone from the API, after a second', async () => {
    node = await new SimulatedNode({ runtime: { onStart: () => ({ stopsIn: Infinity }) } }).start();
    await node.createPod('a');
    await node.deletePod('a', 0);
    expect(await node.podOrNothing('a')).to.equal(undefined);
    expect(await node.containers('a')).to.have.length(1);
    await node.environment.advance(1100);
    expect(await node.sandboxes('a')).to.be.empty;
  });

  it('does not confuse a pod with a new one of the same name', async () => {
    node = await new SimulatedNode({ runtime: { onStart: () => ({ stopsIn: Infinity }) } }).start();
    await node.createPod('a');
    await node.deletePod('a', 0);
    const { metadata } = await node.createPod('a');
    expect(await node.containers('a')).to.have.length(2);
    await node.environment.advance(1100);
    expect((await node.sandboxes('a')).map(({ pod }) => pod.uid)).to.deep.equal([metadata.uid]);
    expect((await node.pod('a')).status).to.deep.include({ phase: 'Running' });
  });

  it('removes a pod that had finished long ago', async () => {
    node = await new SimulatedNode({ runtime: { onStart: () => ({ runFor: 1 }) } }).start();
    await node.createPod('a', { restartPolicy: 'Never' });
    await node.environment.advance(60_000);
    await node.deletePod('a');
    expect(await node.podOrNothing('a')).to.equal(undefined);
    expect(await node.sandboxes('a')).to.be.empty;
  });

  it('gives up a pull that is under way', async () => {
    let aborted = false;
    const onPull = (_image: string, signal?: AbortSignal) =>
      new Promise<void>(() => signal?.addEventListener('abort', () => (aborted = true)));
    node = await new SimulatedNode({ runtime: { onPull } }).start();
    await node.createPod('a');
    await node.deletePod('a');
    expect(aborted).to.equal(true);
    expect(await node.podOrNothing('a')).to.equal(undefined);
  });

  it('runs the preStop hook first, within the grace period', async () => {
    const commands: string[] = [];
    const onExec = async (_target: unknown, command: readonly string[]) => {
      commands.push(command.join(' '));
      await node.environment.sleep(4000);
      return 0;
    };
    node = await new SimulatedNode({ runtime: { onExec } }).start();
    await node.createPod('a', { container: { lifecycle: { preStop: { exec: { command: ['say', 'bye'] } } } } });
    await node.deletePod('a');
    await node.environment.advance(3900);
    expect(commands).to.deep.equal(['say bye']);
    expect(await node.running('a')).to.be.an('object');
    await node.environment.advance(200);
    expect(await node.podOrNothing('a')).to.equal(undefined);
  });

  it('does not wait for a preStop hook that takes too long', async () => {
    const onExec = () => new Promise<number>(() => undefined);
    node = await new SimulatedNode({ runtime: { onExec } }).start();
    await node.createPod('a', {
      terminationGracePeriodSeconds: 10,
      container: { lifecycle: { preStop: { exec: { command: ['hang'] } } } },
    });
    await node.deletePod('a');
    await node.environment.advance(10_100);
    expect(await node.podOrNothing('a')).to.equal(undefined);
    expect(node.events.reasons('a')).to.include('FailedPreStopHook');
  });

  it('is not ready before the postStart hook has run, and is killed when that fails', async () => {
    let code = 0;
    const onExec = async () => {
      await node.environment.sleep(2000);
      return code;
    };
    const container = { lifecycle: { postStart: { exec: { command: ['prepare'] } } } };
    node = await new SimulatedNode({ runtime: { onExec } }).start();
    await node.createPod('a', { container });
    await node.environment.advance(1000);
    expect((await node.pod('a')).status?.containerStatuses?.[0]).to.deep.include({ ready: false, started: false });
    await node.environment.advance(1000);
    expect((await node.pod('a')).status?.containerStatuses?.[0]).to.deep.include({ ready: true, started: true });
    code = 1;
    await node.createPod('b', { container });
    await node.environment.advance(2500);
    expect(node.events.reasons('b')).to.include('FailedPostStartHook');
    expect((await node.pod('b')).status?.containerStatuses?.[0]?.state?.waiting?.reason).to.equal('PostStartHookError');
  });
});
