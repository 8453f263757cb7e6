import { expect } from 'chai';
import type { SchedulerLike } from 'rxjs';
import { defer, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { Environment } from '../../../lib/base/environment.js';
import { retryWithBackoff } from '../../../lib/base/streams/retry-with-backoff.js';
import { VirtualEnvironment } from '../../../lib/base/virtual-environment.js';

/** An environment whose time is the one of the marbles. */
const marbleEnvironment = (scheduler: SchedulerLike): Environment =>
  Object.assign(new VirtualEnvironment(), { scheduler, monotonic: () => scheduler.now() });

describe('retryWithBackoff', () => {
  const marbles = (work: (helpers: Parameters<Parameters<TestScheduler['run']>[0]>[0], environment: Environment) => void) => () => {
    const scheduler = new TestScheduler((actual, expected) => void expect(actual).to.deep.equal(expected));
    scheduler.run((helpers) => work(helpers, marbleEnvironment(scheduler)));
  };
  const shape = { first: 2, max: 4, resetAfter: 6 };

  it(
    'passes a source that never ends',
    marbles(({ cold, expectObservable }, environment) => {
      expectObservable(cold('-').pipe(retryWithBackoff({ environment, ...shape })), '^----!').toBe('-');
    }),
  );

  it(
    'passes an empty source',
    marbles(({ cold, expectObservable }, environment) => {
      expectObservable(cold('--|').pipe(retryWithBackoff({ environment, ...shape }))).toBe('--|');
    }),
  );

  it(
    'passes values and completion',
    marbles(({ cold, expectObservable, expectSubscriptions }, environment) => {
      const source = cold('  -ab-|');
      const subs = '         ^---!';
      const expected = '     -ab-|';
      expectObservable(source.pipe(retryWithBackoff({ environment, ...shape }))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subs);
    }),
  );

  it(
    'tries again later each time, though values come in between',
    marbles(({ cold, expectObservable, expectSubscriptions }, environment) => {
      const source = cold('  -a#');
      const unsubscribed = ' ^-----------------!';
      const subs = [
        '        ^-!               ',
        '                    ----^-!           ',
        '                    ----------^-!     ',
        '                    ----------------^-!',
      ];
      const expected = '     -a---a-----a-----a-';
      expectObservable(source.pipe(retryWithBackoff({ environment, ...shape })), unsubscribed).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subs);
    }),
  );

  it(
    'begins anew after quiet time',
    marbles(({ cold, expectObservable, expectSubscriptions }, environment) => {
      const failing = cold('   #');
      const lasting = cold('     ---------#');
      const third = cold('                  -');
      const unsubscribed = '   ^---------------!';
      const lastingSubs = '    --^--------!';
      const thirdSubs = '      -------------^--!'; // 2 after the failure, not 4
      const sources = [failing, lasting, third];
      let at = 0;
      expectObservable(defer(() => sources[at++]!).pipe(retryWithBackoff({ environment, ...shape })), unsubscribed).toBe('-');
      expectSubscriptions(lasting.subscriptions).toBe(lastingSubs);
      expectSubscriptions(third.subscriptions).toBe(thirdSubs);
    }),
  );

  it('tells of each error and its delay', async () => {
    const environment = new VirtualEnvironment();
    const told: unknown[] = [];
    const broken = throwError(() => 'down');
    const subscription = broken
      .pipe(retryWithBackoff({ environment, ...shape, onError: (error, delay) => told.push(error, delay) }))
      .subscribe();
    await environment.advance(6);
    subscription.unsubscribe();
    expect(told).to.deep.equal(['down', 2, 'down', 4, 'down', 4]);
    expect(environment.pendingTimers).to.equal(0);
  });

  it(
    'lets through what must not be retried, and what a callback throws',
    marbles(({ cold, expectObservable }, environment) => {
      const source = cold('  -a#');
      const expected = '     -a#';
      expectObservable(source.pipe(retryWithBackoff({ environment, ...shape, retryIf: () => false }))).toBe(expected);
      const onError = () => {
        throw 'error' as unknown as Error;
      };
      expectObservable(source.pipe(retryWithBackoff({ environment, ...shape, onError }))).toBe(expected);
    }),
  );
});
