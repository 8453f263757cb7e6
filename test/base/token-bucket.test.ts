import { expect } from 'chai';
import { TokenBucket } from '../../lib/base/token-bucket.js';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';

describe('TokenBucket', () => {
  it('allows a burst, then one more each time a token has come back, and saves up no more than a burst', async () => {
    const environment = new VirtualEnvironment();
    const bucket = new TokenBucket(environment, { burst: 2, refill: 100 });
    const take = () => [bucket.take(), bucket.take(), bucket.take()];
    expect(take()).to.deep.equal([true, true, false]);
    await environment.advance(99);
    expect(bucket.take()).to.equal(false);
    await environment.advance(1);
    expect(take()).to.deep.equal([true, false, false]);
    await environment.advance(10_000);
    expect(take()).to.deep.equal([true, true, false]);
  });
});
