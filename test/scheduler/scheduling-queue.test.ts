import { expect } from 'chai';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { SchedulingQueue } from '../../lib/scheduler/scheduling-queue.js';
import { info } from './objects.js';

describe('SchedulingQueue', () => {
  let environment: VirtualEnvironment;
  let queue: SchedulingQueue;
  let ready: number;

  beforeEach(() => {
    environment = new VirtualEnvironment();
    ready = 0;
    queue = new SchedulingQueue({
      environment,
      wakes: new Map([
        ['resources', ['pod-left', 'node-added']],
        ['labels', ['node-labels']],
      ]),
      onReady: () => ready++,
      backoff: 1000,
      maxBackoff: 10_000,
      patience: 300_000,
    });
  });

  const take = () => queue.take()?.pod.pod.metadata.name;

  it('gives pods by priority, then in the order in which they came', () => {
    for (const [name, priority] of [
      ['a', 0],
      ['b', 5],
      ['c', 0],
      ['d', 5],
    ] as const)
      queue.put(info(name, { priority }));
    expect([take(), take(), take(), take(), take()]).to.deep.equal(['b', 'd', 'a', 'c', undefined]);
  });

  it('follows a change of a waiting pod', () => {
    queue.put(info('a'));
    queue.put(info('b'));
    queue.put(info('b', { priority: 1 }));
    expect(take()).to.equal('b');
  });

  it('tries a pod that failed again after 1 s, then 2 s, up to 10 s', async () => {
    queue.put(info('a'));
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) {
      expect(take()).to.equal('a');
      queue.failed('uid-a');
      const before = environment.monotonic();
      const seen = ready;
      await environment.advanceUntil(() => ready > seen);
      waits.push(environment.monotonic() - before);
    }
    expect(waits).to.deep.equal([1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it('wakes an unschedulable pod by a change that may help it, and by no other', () => {
    queue.put(info('a'));
    take();
    queue.refused('uid-a', ['resources', 'resources']);
    queue.wake(['node-labels', 'node-taints']);
    expect(queue.count('unschedulable')).to.equal(1);
    queue.wake(['pod-left']);
    expect(queue.count('backoff')).to.equal(1);
  });

  it('wakes a pod at once when its back-off is over by then', async () => {
    queue.put(info('a'));
    take();
    queue.refused('uid-a', ['labels']);
    await environment.advance(1500);
    expect(take()).to.equal(undefined);
    queue.wake(['node-labels']);
    expect(take()).to.equal('a');
  });

  it('wakes by everything a pod that an unknown predicate refused, or that no node refused', () => {
    queue.put(info('a'));
    queue.put(info('b'));
    take();
    take();
    queue.refused('uid-a', ['of a user']);
    queue.refused('uid-b', []);
    queue.wake(['node-taints']);
    expect(queue.count('backoff')).to.equal(2);
  });

  it('tries an unschedulable pod again when patience ends', async () => {
    queue.put(info('a'));
    take();
    queue.refused('uid-a', ['labels']);
    await environment.advance(299_999);
    expect(take()).to.equal(undefined);
    await environment.advance(1);
    expect(take()).to.equal('a');
  });

  it('tries an unschedulable pod again when the pod itself changes', async () => {
    queue.put(info('a'));
    take();
    queue.refused('uid-a', ['labels']);
    queue.put(info('a', { nodeSelector: { x: 'y' } }));
    await environment.advance(1000);
    expect(queue.take()?.pod.pod.spec?.nodeSelector).to.deep.equal({ x: 'y' });
  });

  it('forgets a pod wherever it is, also while it is taken', async () => {
    for (const name of ['backoff', 'unschedulable', 'taken']) queue.put(info(name));
    for (let i = 0; i < 3; i++) take();
    queue.failed('uid-backoff');
    queue.refused('uid-unschedulable', ['labels']);
    queue.put(info('active'));
    for (const name of ['active', 'backoff', 'unschedulable', 'taken']) queue.remove(`uid-${name}`);
    queue.failed('uid-taken');
    queue.wake(['node-labels']);
    await environment.advance(600_000);
    expect([take(), queue.size]).to.deep.equal([undefined, 0]);
  });

  it('ignores the end of a try that a newer pod of the same uid knows nothing of', () => {
    queue.put(info('a'));
    take();
    queue.remove('uid-a');
    queue.put(info('a'));
    queue.failed('uid-a');
    queue.refused('uid-a', []);
    expect([queue.count('active'), take(), take()]).to.deep.equal([1, 'a', undefined]);
  });

  it('leaves no timer when it is cleared', () => {
    queue.put(info('a'));
    take();
    queue.refused('uid-a', []);
    expect(environment.pendingTimers).to.equal(1);
    queue.clear();
    expect(environment.pendingTimers).to.equal(0);
  });
});
