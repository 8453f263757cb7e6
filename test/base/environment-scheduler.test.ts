import { expect } from 'chai';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { rejection } from '../support/rejection.js';

describe('environmentScheduler', () => {
  it('runs work after its delay with its state, and again when it asks for it', async () => {
    const environment = new VirtualEnvironment();
    const seen: unknown[] = [];
    environment.scheduler.schedule(
      function (state?: number) {
        seen.push([environment.monotonic(), state]);
        if (state! < 2) this.schedule(state! + 1, 5);
      },
      10,
      1,
    );
    await environment.advance(100);
    expect(seen).to.deep.equal([
      [10, 1],
      [15, 2],
    ]);
    expect(environment.scheduler.now()).to.equal(environment.now());
  });

  it('forgets work that is unsubscribed', async () => {
    const environment = new VirtualEnvironment();
    const action = environment.scheduler.schedule(() => expect.fail('ran'), 10);
    action.unsubscribe();
    expect(environment.pendingTimers).to.equal(0);
    await environment.advance(20);
  });

  it('ends work that throws', async () => {
    const environment = new VirtualEnvironment();
    const action = environment.scheduler.schedule(() => {
      throw new Error('broken');
    }, 1);
    expect(await rejection(environment.advance(1))).to.have.property('message', 'broken');
    expect(action.closed).to.equal(true);
  });
});
