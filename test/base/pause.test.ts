import { expect } from 'chai';
import { pause } from '../../lib/base/pause.js';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';

describe('a pause', () => {
  it('is over after its time', async () => {
    const environment = new VirtualEnvironment();
    const over = pause(environment, 100, new AbortController().signal);
    await environment.advance(100);
    expect(await over).to.equal(true);
  });

  it('is cut short by its signal, also by one that has aborted before', async () => {
    const environment = new VirtualEnvironment();
    const stop = new AbortController();
    const over = pause(environment, 100, stop.signal);
    stop.abort(new Error('stopped'));
    expect(await over).to.equal(false);
    expect(await pause(environment, 100, stop.signal)).to.equal(false);
    expect(environment.monotonic()).to.equal(new VirtualEnvironment().monotonic());
  });

  it('does not hide what else may go wrong', async () => {
    const broken = { sleep: () => Promise.reject(new Error('broken')) };
    expect(await pause(broken, 1, new AbortController().signal).catch((error: Error) => error.message)).to.equal('broken');
  });
});
