import { expect } from 'chai';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { DelayingQueue } from '../../lib/queue/delaying-queue.js';

const make = () => {
  const environment = new VirtualEnvironment();
  return { environment, queue: new DelayingQueue({ environment }) };
};

describe('DelayingQueue', () => {
  it('adds a key when its time is over, not earlier', async () => {
    const { environment, queue } = make();
    queue.addAfter('a', 100);
    await environment.advance(99);
    expect(queue.take()).to.equal(undefined);
    await environment.advance(1);
    expect(queue.take()).to.equal('a');
    expect(queue.delayed).to.equal(0);
  });

  it('adds keys in the order in which they become due', async () => {
    const { environment, queue } = make();
    queue.addAfter('c', 30);
    queue.addAfter('a', 10);
    queue.addAfter('d', 30);
    queue.addAfter('b', 20.5);
    await environment.advance(30);
    expect([queue.take(), queue.take(), queue.take(), queue.take()]).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('adds at once what has no delay', () => {
    const { queue } = make();
    queue.addAfter('a', 0);
    queue.addAfter('b', -1);
    expect([queue.take(), queue.take()]).to.deep.equal(['a', 'b']);
  });

  it('keeps the earliest of several delays of a key', async () => {
    const { environment, queue } = make();
    queue.addAfter('a', 100);
    queue.addAfter('a', 10);
    queue.addAfter('a', 50);
    expect(queue.delayed).to.equal(1);
    await environment.advance(10);
    expect(queue.take()).to.equal('a');
    queue.done('a');
    await environment.advance(1000);
    expect(queue.take()).to.equal(undefined);
  });

  it('keeps the delay of a key that is added at once', async () => {
    const { environment, queue } = make();
    queue.addAfter('a', 10);
    queue.add('a');
    expect(queue.take()).to.equal('a');
    queue.done('a');
    await environment.advance(10);
    expect(queue.take()).to.equal('a');
  });

  it('cancels a delay when told to', async () => {
    const { environment, queue } = make();
    queue.addAfter('a', 10);
    queue.addAfter('b', 20);
    queue.cancelDelay('a');
    queue.cancelDelay('unknown');
    await environment.advance(20);
    expect([queue.take(), queue.take()]).to.deep.equal(['b', undefined]);
  });

  it('uses one timer for all keys, and none once nothing is delayed', async () => {
    const { environment, queue } = make();
    for (let key = 0; key < 1000; key++) queue.addAfter(String(key), 1000 - key);
    expect(environment.pendingTimers).to.equal(1);
    await environment.advance(1000);
    expect(queue.waiting).to.equal(1000);
    expect(environment.pendingTimers).to.equal(0);
  });

  it('forgets what is delayed when closed', async () => {
    const { environment, queue } = make();
    queue.addAfter('a', 10);
    queue.close();
    queue.addAfter('b', 10);
    expect([queue.delayed, environment.pendingTimers]).to.deep.equal([0, 0]);
    expect(await queue.get()).to.equal(undefined);
  });
});
