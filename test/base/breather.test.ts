import { expect } from 'chai';
import { Breather } from '../../lib/base/breather.js';

describe('Breather', () => {
  it('pauses once the work has been long, and counts anew from there', async () => {
    let now = 0;
    let pauses = 0;
    const environment = { monotonic: () => now, yield: () => Promise.resolve(void pauses++) };
    const breather = new Breather(environment);
    now = 19;
    await breather.breathe();
    expect(pauses).to.equal(0);
    now = 20;
    await breather.breathe();
    expect(pauses).to.equal(1);
    now = 39;
    await breather.breathe();
    expect(pauses).to.equal(1);
  });
});
