import { expect } from 'chai';
import { VirtualEnvironment } from '../../../lib/base/virtual-environment.js';
import { Pulse } from '../../../lib/storage/etcd/client/pulse.js';

describe('Pulse', () => {
  function bed() {
    const environment = new VirtualEnvironment();
    const state = { asked: 0, silent: 0, answers: true };
    const pulse: Pulse = new Pulse({
      environment,
      every: 100,
      timeout: 50,
      ask: () => {
        state.asked++;
        if (state.answers) environment.timer(10, () => pulse.heard());
      },
      onSilence: () => state.silent++,
    });
    return { environment, state, pulse };
  }

  it('asks nothing while nothing is owed, nor while it hears something', async () => {
    const { environment, state, pulse } = bed();
    await environment.advance(1000);
    pulse.owe();
    for (let i = 0; i < 20; i++) {
      await environment.advance(90);
      pulse.heard();
    }
    pulse.settle();
    await environment.advance(1000);
    expect(state.asked).to.equal(0);
  });

  it('asks now and then while something is owed, and is content with any sign', async () => {
    const { environment, state, pulse } = bed();
    pulse.owe();
    await environment.advance(1000);
    expect(state.asked).to.be.within(5, 10);
    expect(state.silent).to.equal(0);
  });

  it('tells of silence once, in time', async () => {
    const { environment, state, pulse } = bed();
    state.answers = false;
    pulse.owe();
    await environment.advance(149);
    expect(state.silent).to.equal(0);
    await environment.advance(2);
    expect(state.silent).to.equal(1);
    await environment.advance(1000);
    expect(state.silent).to.equal(1);
  });

  it('takes a sign that is there but unread when its time is over: this process may have been held up', async () => {
    const { environment, state, pulse } = bed();
    state.answers = false;
    pulse.owe();
    await environment.advance(149);
    environment.timer(1, () => pulse.heard()); // after the end of the time, and before what follows that
    await environment.advance(10);
    expect(state.silent).to.equal(0);
  });

  it('begins anew after it was stopped', async () => {
    const { environment, state, pulse } = bed();
    state.answers = false;
    pulse.owe();
    pulse.stop();
    await environment.advance(1000);
    expect(state.silent).to.equal(0);
    pulse.owe();
    await environment.advance(1000);
    expect(state.silent).to.equal(1);
  });
});
