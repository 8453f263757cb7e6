import { expect } from 'chai';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { Listening } from '../../lib/proxy/listening.js';

describe('Listening', () => {
  function setUp() {
    const environment = new VirtualEnvironment();
    const log: string[] = [];
    const state = { taken: false, pending: undefined as Promise<void> | undefined };
    const listening = new Listening(environment, {
      open: async () => {
        log.push('open');
        await state.pending;
        if (state.taken) throw new Error('taken');
      },
      close: () => void log.push('close'),
      onFailure: (error, retryIn) => log.push(`${error.message}, again in ${retryIn > 0}`),
    });
    return { environment, log, state, listening };
  }

  it('opens and closes once, however often it is asked', async () => {
    const { log, listening } = setUp();
    for (let i = 0; i < 3; i++) await listening.want(true);
    for (let i = 0; i < 3; i++) await listening.want(false);
    expect(log).to.deep.equal(['open', 'close']);
  });

  it('tries again with growing pauses until it can', async () => {
    const { environment, log, state, listening } = setUp();
    state.taken = true;
    await listening.want(true);
    await environment.advance(5_000);
    const tries = log.filter((line) => line === 'open').length;
    expect(tries).to.be.within(4, 8);
    state.taken = false;
    await environment.advance(30_000);
    expect(log.filter((line) => line === 'open')).to.have.length(tries + 1);
    await environment.advance(600_000);
    expect(log.filter((line) => line === 'open')).to.have.length(tries + 1);
  });

  it('keeps its pauses when the wish is repeated', async () => {
    const { log, state, listening } = setUp();
    state.taken = true;
    for (let i = 0; i < 100; i++) await listening.want(true);
    expect(log).to.have.length(2);
  });

  it('does not try again once nobody wants it', async () => {
    const { environment, log, state, listening } = setUp();
    state.taken = true;
    await listening.want(true);
    await listening.want(false);
    await environment.advance(600_000);
    expect(log).to.have.length(2);
  });

  it('follows the last of the wishes that come while it opens', async () => {
    const { log, state, listening } = setUp();
    let opened = () => {};
    state.pending = new Promise((resolve) => (opened = resolve));
    const first = listening.want(true);
    void listening.want(false);
    void listening.want(true);
    void listening.want(false);
    opened();
    await first;
    expect(log).to.deep.equal(['open', 'close']);
  });
});
