import { expect } from 'chai';
import { from, Subject } from 'rxjs';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import type { KeyRun } from '../../lib/controller/key-run.js';
import type { Outcome } from '../../lib/controller/outcome.js';
import type { ReconcileKeysOptions } from '../../lib/controller/reconcile-keys.js';
import { reconcileKeys } from '../../lib/controller/reconcile-keys.js';
import type { Wake } from '../../lib/controller/wake.js';

describe('reconcileKeys', () => {
  const start = (reconcile: ReconcileKeysOptions['reconcile'], options: Partial<ReconcileKeysOptions> = {}) => {
    const environment = new VirtualEnvironment();
    const wakes = new Subject<Wake | string>();
    const outcomes: Outcome[] = [];
    const ends: unknown[] = [];
    const subscription = reconcileKeys(wakes, { environment, reconcile, ...options }).subscribe({
      next: (outcome) => outcomes.push(outcome),
      error: (error) => ends.push(error),
      complete: () => ends.push('complete'),
    });
    return { environment, wakes, outcomes, ends, subscription };
  };
  const done = () => Promise.resolve();

  it('turns keys into outcomes, and completes with its keys once nothing is left, delayed ones included', async () => {
    const environment = new VirtualEnvironment();
    const outcomes: string[] = [];
    let completed = -1;
    let failed = false;
    const reconcile = (key: string) => {
      if (key !== 'b' || failed) return Promise.resolve();
      failed = true;
      return Promise.reject(new Error('broken'));
    };
    reconcileKeys(from(['a', 'b', 'a']), { environment, reconcile, backoff: 100 }).subscribe({
      next: ({ key, result, wakes }) => outcomes.push(`${key} ${result} ${wakes}`),
      complete: () => (completed = environment.monotonic()),
    });
    await environment.advance(1000);
    expect(outcomes).to.deep.equal(['a done 2', 'b failed 1', 'b done 1']);
    expect(completed).to.equal(100);
    expect(environment.pendingTimers).to.equal(0);
  });

  it('tells why a key ran, how long it waited and took, and when it comes again', async () => {
    const { environment, wakes, outcomes } = start(
      async (key) => {
        await environment.sleep(30);
        if (key === 'b') return { after: '1s' };
      },
      { workers: 1 },
    );
    wakes.next('a');
    wakes.next({ key: 'b', cause: { type: 'changed', kind: 'pods', object: 'default/p' } });
    await environment.advance(100);
    expect(outcomes.map(({ key, waited, ran, next }) => [key, waited, ran, next])).to.deep.equal([
      ['a', 0, 30, undefined],
      ['b', 30, 30, 1000],
    ]);
    expect(outcomes[1]!.causes).to.deep.equal([{ type: 'changed', kind: 'pods', object: 'default/p' }]);
    await environment.advance(1000);
    expect(outcomes[2]!.causes).to.deep.equal([{ type: 'after' }]);
  });

  it('begins when it may, with one run for all that came before', async () => {
    let begin!: () => void;
    const after = new Promise<void>((resolve) => (begin = resolve));
    const { environment, wakes, outcomes } = start(done, { after });
    wakes.next('a');
    wakes.next('a');
    await environment.advance(1000);
    expect(outcomes).to.deep.equal([]);
    begin();
    await environment.advance(0);
    expect(outcomes.map(({ key, wakes: count, waited }) => [key, count, waited])).to.deep.equal([['a', 2, 1000]]);
  });

  it('runs a key again that was woken while it ran, but not for echoes', async () => {
    const { environment, wakes, outcomes } = start(() => environment.sleep(10), { isEcho: ({ cause }) => cause?.uid === 'mine' });
    const change = (uid: string): Wake => ({ key: 'a', cause: { type: 'changed', uid } });
    wakes.next(change('first'));
    await environment.advance(5);
    wakes.next(change('mine'));
    await environment.advance(100);
    wakes.next(change('mine'));
    await environment.advance(100);
    expect(outcomes.map(({ echoes }) => echoes)).to.deep.equal([1]);
    wakes.next(change('first'));
    await environment.advance(5);
    wakes.next(change('mine'));
    wakes.next(change('other'));
    await environment.advance(100);
    expect(outcomes.slice(1).map(({ causes, echoes }) => [causes.map(({ uid }) => uid), echoes])).to.deep.equal([
      [['first'], 1],
      [['other'], 0],
    ]);
  });

  it('takes more wakes than it can tell apart for news', async () => {
    const { environment, wakes, outcomes } = start(() => environment.sleep(10), { isEcho: ({ cause }) => cause?.uid === 'mine' });
    wakes.next('a');
    await environment.advance(5);
    for (let at = 0; at < 100; at++) wakes.next({ key: 'a', cause: { type: 'changed', uid: 'mine' } });
    await environment.advance(100);
    expect(outcomes).to.have.length(2);
  });

  it('tells a run that is superseded to end, and runs it again at once', async () => {
    const reasons: string[] = [];
    const wait = async (_: string, { signal }: KeyRun) => {
      try {
        await environment.sleep(1000, signal);
      } catch (error) {
        reasons.push((error as Error).name);
        throw error;
      }
    };
    const { environment, wakes, outcomes } = start(wait, { supersedes: ({ cause }) => cause?.newSpec === true });
    wakes.next('a');
    await environment.advance(10);
    wakes.next({ key: 'a', cause: { type: 'changed' } });
    await environment.advance(10);
    wakes.next({ key: 'a', cause: { type: 'changed', newSpec: true } });
    await environment.advance(5000);
    expect(reasons).to.deep.equal(['Superseded']);
    expect(outcomes.map(({ result, ran, failures }) => [result, ran, failures])).to.deep.equal([
      ['superseded', 20, 0],
      ['done', 1000, 0],
    ]);
  });

  it('stops by its signal: what runs is told, and the outcomes complete when it has ended', async () => {
    const abort = new AbortController();
    const { environment, wakes, outcomes, ends } = start((_, { signal }) => environment.sleep(1000, signal), { signal: abort.signal });
    wakes.next('a');
    wakes.next('b');
    await environment.advance(10);
    expect(ends).to.deep.equal([]);
    abort.abort(new Error('enough'));
    await environment.advance(0);
    expect(outcomes.map(({ key, result }) => [key, result])).to.deep.equal([
      ['a', 'stopped'],
      ['b', 'stopped'],
    ]);
    expect(ends).to.deep.equal(['complete']);
    wakes.next('c');
    await environment.advance(1000);
    expect([outcomes.length, environment.pendingTimers]).to.deep.equal([2, 0]);
  });

  it('errors when its keys do, and leaves nothing when nobody listens any more', async () => {
    const first = start(done);
    first.wakes.error(new Error('no more keys'));
    expect((first.ends[0] as Error).message).to.equal('no more keys');
    const second = start((_, { signal }) => second.environment.sleep(1000, signal));
    second.wakes.next('a');
    await second.environment.advance(10);
    second.subscription.unsubscribe();
    await second.environment.advance(0);
    expect([second.environment.pendingTimers, second.wakes.observed, second.outcomes.length]).to.deep.equal([0, false, 0]);
  });
});
