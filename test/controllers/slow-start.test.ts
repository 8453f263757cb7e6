import { expect } from 'chai';
import { slowStart } from '../../lib/controllers/slow-start.js';

describe('slow start', () => {
  /** Sizes of the batches, and the result, when the works from number `failing` on fail. */
  const run = async (count: number, failing = Infinity) => {
    const batches: number[] = [];
    let begun = 0;
    let under = 0;
    const work = async () => {
      const number = begun++;
      if (under++ === 0) batches.push(0);
      batches[batches.length - 1]!++;
      await new Promise((resolve) => setImmediate(resolve));
      under--;
      if (number >= failing) throw new Error(`no ${number}`);
    };
    return { ...(await slowStart(count, work)), batches };
  };

  it('doubles from one', async () => {
    expect(await run(20)).to.deep.equal({ succeeded: 20, batches: [1, 2, 4, 8, 5] });
  });

  it('stops after a batch with a failure', async () => {
    const { succeeded, error, batches } = await run(100, 5);
    expect([succeeded, (error as Error).message, batches]).to.deep.equal([5, 'no 5', [1, 2, 4]]);
  });

  it('has nothing to do for none', async () => {
    expect(await run(0)).to.deep.equal({ succeeded: 0, batches: [] });
  });
});
