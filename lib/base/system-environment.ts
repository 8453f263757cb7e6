import { randomBytes, randomUUID } from 'node:crypto';
import type { Environment, Timer, TimerOptions } from './environment.js';
import { environmentScheduler } from './environment-scheduler.js';
import { sleepWith } from './sleep.js';

/** The longest delay that Node's own timers take; they fire at once on more. */
const LONGEST = 2 ** 31 - 1;

function timer(milliseconds: number, callback: () => void, { unref = false }: TimerOptions = {}): Timer {
  return milliseconds <= 0 ? immediateTimer(callback, unref) : delayedTimer(milliseconds, callback, unref);
}

function immediateTimer(callback: () => void, unref: boolean): Timer {
  const handle = setImmediate(callback);
  if (unref) handle.unref();
  return { cancel: () => clearImmediate(handle) };
}

function delayedTimer(milliseconds: number, callback: () => void, unref: boolean): Timer {
  let handle: NodeJS.Timeout;
  const arm = (left: number) => {
    handle = setTimeout(() => (left > LONGEST ? arm(left - LONGEST) : callback()), Math.min(left, LONGEST));
    if (unref) handle.unref();
  };
  arm(milliseconds);
  return { cancel: () => clearTimeout(handle) };
}

const clock = { now: () => Date.now(), timer };

/** The machine's clock, timers and randomness. */
export const systemEnvironment: Environment = {
  ...clock,
  monotonic: () => performance.now(),
  sleep: (milliseconds, signal) => sleepWith(timer, milliseconds, signal),
  yield: () => new Promise((resolve) => setImmediate(resolve)),
  random: () => Math.random(),
  randomBytes: (length) => randomBytes(length),
  uuid: () => randomUUID(),
  scheduler: environmentScheduler(clock),
};
