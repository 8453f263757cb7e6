import { expect } from 'chai';
import { startAll, stopAll } from '../../lib/base/lifecycles.js';
import { rejection } from '../support/rejection.js';

const part = (name: string, calls: string[], broken: 'start' | 'stop' | undefined = undefined) => {
  const call = (what: 'start' | 'stop') => {
    calls.push(`${what} ${name}`);
    return what === broken ? Promise.reject(new Error(`${name} broke`)) : Promise.resolve();
  };
  return { start: () => call('start'), stop: () => call('stop') };
};

describe('startAll and stopAll', () => {
  it('start in order and stop in reverse', async () => {
    const calls: string[] = [];
    const parts = [part('a', calls), part('b', calls)];
    await startAll(parts);
    await stopAll(parts);
    expect(calls).to.deep.equal(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stop what was started when one does not start', async () => {
    const calls: string[] = [];
    const error = await rejection(startAll([part('a', calls), part('b', calls, 'start'), part('c', calls)]));
    expect(error).to.have.property('message', 'b broke');
    expect(calls).to.deep.equal(['start a', 'start b', 'stop a']);
  });

  it('stop all, even when some fail', async () => {
    const calls: string[] = [];
    const error = await rejection(stopAll([part('a', calls, 'stop'), part('b', calls), part('c', calls, 'stop')]));
    expect(error).to.be.instanceOf(AggregateError);
    expect(calls).to.deep.equal(['stop c', 'stop b', 'stop a']);
    expect(await rejection(stopAll([part('a', calls, 'stop')]))).to.have.property('message', 'a broke');
  });
});
