import { expect } from 'chai';
import { Backoff, backoffDelay } from '../../lib/base/backoff.js';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';

describe('backoffDelay', () => {
  it('doubles from the first delay up to the longest', () => {
    const delays = [1, 2, 3, 4, 5, 50_000].map((failures) => backoffDelay({ first: 100, max: 1000 }, failures, Math.random));
    expect(delays).to.deep.equal([100, 200, 400, 800, 1000, 1000]);
  });

  it('leaves the part named jitter to chance, and never exceeds the longest', () => {
    const at = (random: number) => backoffDelay({ first: 100, max: 100, jitter: 0.5 }, 1, () => random);
    expect([at(0), at(0.5), at(0.999999)].map(Math.round)).to.deep.equal([100, 75, 50]);
  });
});

describe('Backoff', () => {
  const make = () => {
    const environment = new VirtualEnvironment();
    return { environment, backoff: new Backoff({ environment, first: 10, max: 80, resetAfter: 100 }) };
  };

  it('grows while failures follow one another, even with successes between them', async () => {
    const { environment, backoff } = make();
    const delays: number[] = [];
    for (let round = 0; round < 5; round++) {
      delays.push(backoff.next());
      await environment.advance(delays.at(-1)! + 99); // it works for a moment, then fails again
    }
    expect(delays).to.deep.equal([10, 20, 40, 80, 80]);
  });

  it('begins anew after quiet time, counted from the end of the last delay', async () => {
    const { environment, backoff } = make();
    backoff.next();
    backoff.next();
    await environment.advance(20 + 100);
    expect(backoff.next()).to.equal(10);
    expect(backoff.failures).to.equal(1);
  });

  it('begins anew when told to', () => {
    const { backoff } = make();
    backoff.next();
    backoff.next();
    backoff.reset();
    expect(backoff.next()).to.equal(10);
  });
});
