import { expect } from 'chai';
import { interval, of } from 'rxjs';
import { delay, take, timeout } from 'rxjs/operators';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { rejection } from '../support/rejection.js';

describe('VirtualEnvironment', () => {
  it('runs due timers in order of time, then of making', async () => {
    const environment = new VirtualEnvironment({ start: 1000 });
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name}@${environment.now()}`);
    environment.timer(20, note('b'));
    environment.timer(10, note('a'));
    environment.timer(20, note('c'));
    environment.timer(21, note('late'));
    await environment.advance(20);
    expect(seen).to.deep.equal(['a@1010', 'b@1020', 'c@1020']);
    expect(environment.monotonic()).to.equal(20);
    expect(environment.pendingTimers).to.equal(1);
  });

  it('runs many timers of one instant in the order of their making', async () => {
    const environment = new VirtualEnvironment();
    const seen: number[] = [];
    for (let at = 0; at < 50; at++) environment.timer(10, () => seen.push(at));
    await environment.advance(10);
    expect(seen).to.deep.equal(Array.from({ length: 50 }, (_, at) => at));
  });

  it('runs timers that others make, at their own time', async () => {
    const environment = new VirtualEnvironment();
    const seen: number[] = [];
    const again = () => {
      seen.push(environment.monotonic());
      environment.timer(10, again);
    };
    environment.timer(10, again);
    await environment.advance(35);
    expect(seen).to.deep.equal([10, 20, 30]);
  });

  it('lets promise chains and macrotasks settle before time moves on', async () => {
    const environment = new VirtualEnvironment();
    const seen: string[] = [];
    const chain = async (name: string) => {
      await Promise.resolve();
      for (let turn = 0; turn < 20; turn++) await environment.yield();
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      seen.push(`${name}@${environment.monotonic()}`);
    };
    environment.timer(1, () => void chain('a'));
    environment.timer(2, () => void chain('b'));
    await environment.advance(2);
    expect(seen).to.deep.equal(['a@1', 'b@2']);
  });

  it('does not run a cancelled timer, and keeps nothing of it', async () => {
    const environment = new VirtualEnvironment();
    const timer = environment.timer(5, () => expect.fail('ran'));
    timer.cancel();
    timer.cancel();
    expect(environment.pendingTimers).to.equal(0);
    await environment.advance(10);
  });

  it('rejects the advance with what a timer throws', async () => {
    const environment = new VirtualEnvironment();
    environment.timer(5, () => {
      throw new Error('broken');
    });
    expect(await rejection(environment.advance(10))).to.have.property('message', 'broken');
    await environment.advance(5);
    expect(environment.monotonic()).to.equal(10);
  });

  it('takes overlapping advances one after the other', async () => {
    const environment = new VirtualEnvironment();
    await Promise.all([environment.advance(10), environment.advance(5)]);
    expect(environment.monotonic()).to.equal(15);
  });

  it('sleeps in virtual time, and stops sleeping when the signal aborts', async () => {
    const environment = new VirtualEnvironment();
    const abort = new AbortController();
    const first = environment.sleep(10, abort.signal);
    const second = rejection(environment.sleep(1000, abort.signal));
    await environment.advance(10);
    await first;
    abort.abort(new Error('enough'));
    expect(await second).to.have.property('message', 'enough');
    expect(await rejection(environment.sleep(5, abort.signal))).to.have.property('message', 'enough');
    expect(environment.pendingTimers).to.equal(0);
  });

  it('advances until a condition holds, and says so when it does not', async () => {
    const environment = new VirtualEnvironment();
    let done = false;
    environment.timer(7, () => (done = true));
    environment.timer(9, () => expect.fail('too far'));
    await environment.advanceUntil(() => done);
    expect(environment.monotonic()).to.equal(7);
    expect(await rejection(new VirtualEnvironment().advanceUntil(() => false, 50)))
      .to.have.property('message')
      .that.matches(/50 ms/);
  });

  it('gives the same numbers, bytes and ids for the same seed', () => {
    const draw = (seed: number) => {
      const environment = new VirtualEnvironment({ seed });
      return [environment.random(), environment.uuid(), Buffer.from(environment.randomBytes(4)).toString('hex')];
    };
    expect(draw(7)).to.deep.equal(draw(7));
    expect(draw(7)).not.to.deep.equal(draw(8));
    expect(draw(7)[1]).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('drives RxJS operators', async () => {
    const environment = new VirtualEnvironment();
    const { scheduler } = environment;
    const seen: unknown[] = [];
    interval(10, scheduler)
      .pipe(take(3))
      .subscribe((value) => seen.push([environment.monotonic(), value]));
    of('late')
      .pipe(delay(25, scheduler))
      .subscribe((value) => seen.push([environment.monotonic(), value]));
    interval(100, scheduler)
      .pipe(timeout({ each: 50, scheduler }))
      .subscribe({ error: () => seen.push([environment.monotonic(), 'timeout']) });
    await environment.advance(1000);
    expect(seen).to.deep.equal([
      [10, 0],
      [20, 1],
      [25, 'late'],
      [30, 2],
      [50, 'timeout'],
    ]);
    expect(environment.pendingTimers).to.equal(0);
  });
});
