import { expect } from 'chai';
import { OnceLifecycle } from '../../lib/base/once-lifecycle.js';
import { rejection } from '../support/rejection.js';

const recorded = (start: (signal: AbortSignal) => Promise<void> = () => Promise.resolve()) => {
  const calls: string[] = [];
  const lifecycle = new OnceLifecycle({
    start: async (signal) => {
      calls.push('start');
      await start(signal);
    },
    stop: () => void calls.push('stop'),
  });
  return { calls, lifecycle };
};

describe('OnceLifecycle', () => {
  it('starts once and stops once, however often it is told', async () => {
    const { calls, lifecycle } = recorded();
    expect(lifecycle.start()).to.equal(lifecycle.start());
    await lifecycle.start();
    expect(lifecycle.running).to.equal(true);
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    await lifecycle.stop();
    expect(calls).to.deep.equal(['start', 'stop']);
    expect(lifecycle.running).to.equal(false);
  });

  it('does nothing when stopped before it started', async () => {
    const { calls, lifecycle } = recorded();
    await lifecycle.stop();
    expect(calls).to.deep.equal([]);
  });

  it('lets go of everything when the start fails, and tells every caller why', async () => {
    const { calls, lifecycle } = recorded(() => Promise.reject(new Error('port in use')));
    expect(await rejection(lifecycle.start())).to.have.property('message', 'port in use');
    expect(await rejection(lifecycle.start())).to.have.property('message', 'port in use');
    await lifecycle.stop();
    expect(calls).to.deep.equal(['start', 'stop']);
  });

  it('aborts a start that is under way, and stops after it', async () => {
    const { calls, lifecycle } = recorded(
      (signal) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            calls.push('aborted');
            resolve();
          }),
        ),
    );
    const starting = lifecycle.start();
    await Promise.resolve().then(() => Promise.resolve());
    await lifecycle.stop();
    await starting;
    expect(calls).to.deep.equal(['start', 'aborted', 'stop']);
  });

  it('starts anew after a stop, once that is through', async () => {
    const { calls, lifecycle } = recorded();
    await lifecycle.start();
    const stopping = lifecycle.stop();
    await lifecycle.start();
    await stopping;
    await lifecycle.stop();
    expect(calls).to.deep.equal(['start', 'stop', 'start', 'stop']);
  });
});
