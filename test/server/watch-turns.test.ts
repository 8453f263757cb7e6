import { expect } from 'chai';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { LineLog } from '../../lib/server/watch/line-log.js';
import { WatchTurns } from '../../lib/server/watch/watch-turns.js';

/** A clock that goes on when it is told to, and the timers that were asked for. */
class Clock {
  time = 1000;
  readonly timers: { readonly milliseconds: number; readonly callback: () => void }[] = [];
  readonly environment = {
    ...systemEnvironment,
    monotonic: () => this.time,
    timer: (milliseconds: number, callback: () => void) => {
      this.timers.push({ milliseconds, callback });
      return { cancel() {} };
    },
  };

  /** Runs the one timer there is; gives how long it was to wait. */
  next(): number {
    expect(this.timers).to.have.lengthOf(1);
    const [{ milliseconds, callback }] = this.timers.splice(0) as [(typeof this.timers)[0]];
    this.time += milliseconds;
    callback();
    return milliseconds;
  }
}

const log = new LineLog(false);

describe('WatchTurns', () => {
  it('flushes each watcher once a turn, at once when turns are short', () => {
    const clock = new Clock();
    const turns = new WatchTurns(clock.environment);
    let flushes = 0;
    const watcher = { log, flush: () => void flushes++ };
    turns.add(watcher);
    turns.add(watcher);
    expect([clock.next(), flushes]).to.deep.equal([0, 1]);
    turns.add(watcher);
    expect([clock.next(), flushes]).to.deep.equal([0, 2]);
  });

  it('rests after a turn as long as it took, but not long', () => {
    const clock = new Clock();
    const turns = new WatchTurns(clock.environment);
    for (const [took, passed, expected] of [
      [0.5, 0, 0.5],
      [0.5, 0.25, 0.25],
      [0.5, 10, 0],
      [100, 0, 1],
    ] as const) {
      turns.add({ log, flush: () => void (clock.time += took) });
      clock.next();
      clock.time += passed;
      turns.add({ log, flush() {} });
      expect(clock.next(), `${took} ms, ${passed} ms later`).to.equal(expected);
    }
  });

  it('lets others have their turn within a long round, and comes to whoever waits once a round', () => {
    const clock = new Clock();
    const turns = new WatchTurns(clock.environment);
    const order: string[] = [];
    const watcher = (name: string) => ({
      log,
      flush() {
        order.push(name);
        clock.time += 1;
      },
    });
    const watchers = ['a', 'b', 'c', 'd', 'e'].map(watcher);
    for (const one of watchers) turns.add(one);
    expect([clock.next(), order.splice(0)]).to.deep.equal([0, ['a', 'b']]);
    for (const one of watchers) turns.add(one); // something happens between two slices
    expect([clock.next(), order.splice(0)]).to.deep.equal([0, ['c', 'd']]);
    expect([clock.next(), order.splice(0)]).to.deep.equal([0, ['e']]);
    expect([clock.next(), order.splice(0)]).to.deep.equal([1, ['a', 'b']]); // the round is over: the next one comes after a rest
    expect(clock.timers, 'c, d and e had all there was').to.have.lengthOf(0);
  });

  it('gives the same log to those who are sent the same, until all have given it back', () => {
    const turns = new WatchTurns(new Clock().environment);
    const [first, second] = [turns.log('pods', true), turns.log('pods', true)];
    expect(second.log).to.equal(first.log);
    expect(turns.log('pods', false).log).not.to.equal(first.log);
    expect(turns.log('nodes', true).log).not.to.equal(first.log);
    first.release();
    expect(turns.log('pods', true).log).to.equal(second.log);
  });

  it('lets go of the memory of logs when nobody waits', () => {
    const clock = new Clock();
    const turns = new WatchTurns(clock.environment);
    const { log } = turns.log('pods', false);
    const { slab } = log.place(Buffer.from('a\n'));
    turns.add({ log, flush() {} });
    clock.next();
    expect(log.place(Buffer.from('b\n')).slab).not.to.equal(slab);
  });
});
