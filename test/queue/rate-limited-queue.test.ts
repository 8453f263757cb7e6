import { expect } from 'chai';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { RateLimitedQueue } from '../../lib/queue/rate-limited-queue.js';

const make = () => {
  const environment = new VirtualEnvironment();
  return { environment, queue: new RateLimitedQueue({ environment, backoff: { first: 10, max: 50 } }) };
};

describe('RateLimitedQueue', () => {
  it('delays a key longer with each failure, up to the longest delay', async () => {
    const { environment, queue } = make();
    const delays: number[] = [];
    for (let round = 0; round < 5; round++) {
      delays.push(queue.retry('a'));
      await environment.advance(delays.at(-1)! - 1);
      expect(queue.take()).to.equal(undefined);
      await environment.advance(1);
      expect(queue.take()).to.equal('a');
      queue.done('a');
    }
    expect(delays).to.deep.equal([10, 20, 40, 50, 50]);
    expect(queue.failures('a')).to.equal(5);
  });

  it('counts each key by itself', () => {
    const { queue } = make();
    expect([queue.retry('a'), queue.retry('a'), queue.retry('b')]).to.deep.equal([10, 20, 10]);
  });

  it('begins anew with a key that was forgotten, and keeps nothing of it', async () => {
    const { environment, queue } = make();
    queue.retry('a');
    queue.forget('a');
    expect([queue.failing, queue.failures('a')]).to.deep.equal([0, 0]);
    await environment.advance(10);
    expect(queue.take(), 'the retry still stands').to.equal('a');
    expect(queue.retry('a')).to.equal(10);
  });

  it('forgets all when closed', () => {
    const { environment, queue } = make();
    queue.retry('a');
    queue.close();
    expect([queue.failing, queue.delayed, environment.pendingTimers]).to.deep.equal([0, 0, 0]);
  });
});
