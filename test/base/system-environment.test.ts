import { expect } from 'chai';
import { firstValueFrom, timer } from 'rxjs';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { rejection } from '../support/rejection.js';

describe('systemEnvironment', () => {
  it('calls back after the time, at the earliest', async () => {
    const before = systemEnvironment.monotonic();
    await systemEnvironment.sleep(5);
    expect(systemEnvironment.monotonic() - before).to.be.at.least(4);
  });

  it('runs a timer of 0 ms as a macrotask, after promises', async () => {
    const seen: string[] = [];
    systemEnvironment.timer(0, () => seen.push('timer'));
    await Promise.resolve().then(() => seen.push('promise'));
    await systemEnvironment.yield();
    expect(seen).to.deep.equal(['promise', 'timer']);
  });

  it('waits longer than 32-bit timers can, instead of firing at once', async () => {
    let fired = false;
    const timers = [2 ** 31, 2 ** 40].map((milliseconds) => systemEnvironment.timer(milliseconds, () => (fired = true)));
    await systemEnvironment.sleep(3);
    timers.forEach((one) => one.cancel());
    expect(fired).to.equal(false);
  });

  it('ends a sleep with the reason of its signal', async () => {
    const abort = new AbortController();
    const sleeping = rejection(systemEnvironment.sleep(60_000, abort.signal));
    abort.abort(new Error('enough'));
    expect(await sleeping).to.have.property('message', 'enough');
  });

  it('gives ids, bytes and numbers', () => {
    expect(systemEnvironment.uuid()).to.match(/^[0-9a-f-]{36}$/);
    expect(systemEnvironment.randomBytes(8)).to.have.length(8);
    expect(systemEnvironment.random()).to.be.within(0, 1);
    expect(Math.abs(systemEnvironment.now() - Date.now())).to.be.lessThan(1000);
  });

  it('drives RxJS operators', async () => {
    expect(await firstValueFrom(timer(1, systemEnvironment.scheduler))).to.equal(0);
  });
});
