import { expect } from 'chai';
import { Observable } from 'rxjs';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import type { KubeObject } from '../../lib/api/object.js';
import { expired, StatusError } from '../../lib/api/status-error.js';
import type { WatcherError, WatcherOptions } from '../../lib/watch/watcher.js';
import { watcher } from '../../lib/watch/watcher.js';
import type { WatcherEvent } from '../../lib/watch/watcher-event.js';
import { configMap, page, ScriptedReader } from './scripted-reader.js';

const text = (event: WatcherEvent<KubeObject>) => {
  if (event.type === 'init') return 'init';
  if (event.type === 'ready') return `ready@${event.resourceVersion}`;
  const { name, resourceVersion } = event.object.metadata;
  return `${event.type}${event.type === 'put' && event.initial ? '!' : ''} ${name}@${resourceVersion}`;
};

describe('watcher', () => {
  const run = (reader: ScriptedReader, options: Partial<WatcherOptions> = {}) => {
    const environment = new VirtualEnvironment();
    const events: string[] = [];
    const errors: WatcherError[] = [];
    const subscription = watcher(reader, {
      environment,
      backoff: { first: 100, max: 1000 },
      resetAfter: 5000,
      onError: (error) => errors.push(error),
      ...options,
    }).subscribe({ next: (event) => events.push(text(event)), error: () => events.push('ERROR'), complete: () => events.push('COMPLETE') });
    /** The events since the last call, after time has gone on. */
    const after = async (milliseconds: number) => {
      await environment.advance(milliseconds);
      return events.splice(0);
    };
    return { environment, errors, subscription, after };
  };

  it('emits what is there in brackets, then each change', async () => {
    const reader = new ScriptedReader(page(5, [configMap('a', 3), configMap('b', 5)]));
    const { after } = run(reader);
    expect(await after(0)).to.deep.equal(['init', 'put! a@3', 'put! b@5', 'ready@5']);
    reader.watched.next({ type: 'ADDED', object: configMap('c', 6) });
    reader.watched.next({ type: 'MODIFIED', object: configMap('a', 7) });
    reader.watched.next({ type: 'DELETED', object: configMap('b', 8) });
    expect(await after(0)).to.deep.equal(['put c@6', 'put a@7', 'delete b@8']);
    expect(reader.watches[0]?.options).to.include({ resourceVersion: '5', allowBookmarks: true });
  });

  it('emits brackets around nothing', async () => {
    expect(await run(new ScriptedReader(page(1, []))).after(0)).to.deep.equal(['init', 'ready@1']);
  });

  it('lists in pages and passes its selection on', async () => {
    const reader = new ScriptedReader(page(5, [configMap('a', 3)], 'more'), page(5, [configMap('b', 5)]));
    const { after } = run(reader, { pageSize: 1, selection: { namespace: 'default', labelSelector: 'a=b' } });
    expect(await after(0)).to.deep.equal(['init', 'put! a@3', 'put! b@5', 'ready@5']);
    expect(reader.lists.map((options) => [options.limit, options.continue])).to.deep.equal([
      [1, undefined],
      [1, 'more'],
    ]);
    for (const options of [...reader.lists, reader.watches[0]!.options])
      expect(options).to.include({ namespace: 'default', labelSelector: 'a=b' });
  });

  it('repeats a list that fails, later each time', async () => {
    const reader = new ScriptedReader(new StatusError('ServiceUnavailable', 'starting'));
    const { after, errors } = run(reader);
    expect(await after(100 + 200 + 400)).to.deep.equal([]);
    expect(errors.map(({ phase, retryIn }) => [phase, retryIn])).to.deep.equal([
      ['list', 100],
      ['list', 200],
      ['list', 400],
      ['list', 800],
    ]);
    reader.answer(page(1, []));
    expect(await after(800)).to.deep.equal(['init', 'ready@1']);
  });

  it('begins the list anew when a later page fails', async () => {
    const reader = new ScriptedReader(page(5, [configMap('a', 3)], 'more'), expired(), page(9, [configMap('b', 9)]));
    const { after } = run(reader);
    expect(await after(100)).to.deep.equal(['init', 'put! a@3', 'init', 'put! b@9', 'ready@9']);
    expect(reader.lists[2]?.continue).to.equal(undefined);
  });

  it('waits as long as the server asks for', async () => {
    const reader = new ScriptedReader(new StatusError('TooManyRequests', 'slow down', { details: { retryAfterSeconds: 3 } }));
    const { after, errors } = run(reader);
    await after(0);
    expect(errors[0]?.retryIn).to.equal(3000);
  });

  it('resumes a watch that breaks after the last change or bookmark', async () => {
    const reader = new ScriptedReader(page(5, []));
    const { after, errors } = run(reader);
    await after(0);
    reader.watched.next({ type: 'ADDED', object: configMap('a', 6) });
    reader.watched.error(new Error('connection reset'));
    expect(await after(100)).to.deep.equal(['put a@6']);
    reader.watched.next({ type: 'BOOKMARK', resourceVersion: '20' });
    reader.watched.error(new Error('connection reset'));
    expect(await after(200)).to.deep.equal([]);
    reader.watched.next({ type: 'MODIFIED', object: configMap('a', 21) });
    expect(await after(0)).to.deep.equal(['put a@21']);
    expect(reader.watches.map(({ options }) => options.resourceVersion)).to.deep.equal(['5', '6', '20']);
    expect(reader.lists).to.have.length(1);
    expect(errors.map(({ phase, error }) => [phase, (error as Error).message])).to.deep.equal([
      ['watch', 'connection reset'],
      ['watch', 'connection reset'],
    ]);
  });

  it('lists again, in brackets, when the history is gone', async () => {
    const reader = new ScriptedReader(page(5, [configMap('a', 3), configMap('b', 5)]), page(90, [configMap('a', 70)]));
    const { after, errors } = run(reader);
    await after(0);
    reader.watched.error(expired());
    expect(await after(100)).to.deep.equal(['init', 'put! a@70', 'ready@90']);
    expect(reader.watches[1]?.options.resourceVersion).to.equal('90');
    expect(errors).to.have.length(1);
  });

  it('lists again when the server has lost its store and is behind what was seen', async () => {
    const reader = new ScriptedReader(page(1000, [configMap('a', 1000)]), page(99, [configMap('b', 12)]));
    const { after } = run(reader);
    await after(0);
    reader.watched.next({ type: 'BOOKMARK', resourceVersion: '99' });
    expect(await after(100)).to.deep.equal(['init', 'put! b@12', 'ready@99']);
  });

  it('comes back when the server ends a watch, slower when it ends it at once again', async () => {
    const reader = new ScriptedReader(page(5, []));
    const { environment, after, errors } = run(reader);
    await after(5000);
    const opened: number[] = [];
    for (let round = 0; round < 4; round++) {
      const before = reader.watches.length;
      const ended = environment.monotonic();
      reader.watched.complete();
      await environment.advanceUntil(() => reader.watches.length > before);
      opened.push(environment.monotonic() - ended);
    }
    expect(opened).to.deep.equal([0, 100, 200, 400]);
    expect(errors, 'a polite end is no error').to.deep.equal([]);
  });

  it('keeps backing off though each list succeeds, and forgets failures after quiet time', async () => {
    const reader = new ScriptedReader(page(5, [configMap('a', 3)]));
    const { environment, after, errors } = run(reader);
    for (let round = 0; round < 4; round++) {
      await environment.advanceUntil(() => reader.watches.length > round);
      reader.watched.error(expired());
    }
    await after(10_000);
    reader.watched.error(expired());
    expect(errors.map(({ retryIn }) => retryIn)).to.deep.equal([100, 200, 400, 800, 100]);
  });

  it('resumes a watch that has gone silent; bookmarks count as life', async () => {
    const reader = new ScriptedReader(page(5, []));
    const { after, errors } = run(reader, { silence: 1000 });
    for (let minute = 0; minute < 5; minute++) {
      await after(900);
      reader.watched.next({ type: 'BOOKMARK', resourceVersion: String(6 + minute) });
    }
    expect(reader.watches).to.have.length(1);
    await after(1100);
    expect(reader.watches.map(({ options }) => options.resourceVersion)).to.deep.equal(['5', '10']);
    expect(errors[0]?.error)
      .to.have.property('message')
      .that.matches(/silent/);
  });

  it('aborts a list under way and leaves no timer when unsubscribed', async () => {
    const reader = new ScriptedReader();
    const { after, environment, subscription } = run(reader);
    await after(0);
    subscription.unsubscribe();
    expect(reader.lists[0]?.signal?.aborted).to.equal(true);
    expect(environment.pendingTimers).to.equal(0);
  });

  it('closes the watch, or the wait for the next one, when unsubscribed', async () => {
    for (const broken of [false, true]) {
      const reader = new ScriptedReader(page(5, []));
      const { after, environment, subscription } = run(reader);
      await after(0);
      if (broken) reader.watched.error(new Error('down'));
      subscription.unsubscribe();
      expect(reader.watched.observed).to.equal(false);
      expect(environment.pendingTimers).to.equal(0);
      await after(60_000);
      expect(reader.watches).to.have.length(1);
    }
  });

  it('emits nothing after a subscriber has gone in the middle of a page', async () => {
    const reader = new ScriptedReader(page(5, [configMap('a', 3), configMap('b', 5)]));
    const environment = new VirtualEnvironment();
    const events: string[] = [];
    const subscription = watcher(reader, { environment }).subscribe((event) => {
      events.push(text(event));
      if (event.type === 'put') subscription.unsubscribe();
    });
    await environment.advance(1000);
    expect(events).to.deep.equal(['init', 'put! a@3']);
    expect(reader.watches).to.deep.equal([]);
  });

  it('closes a watch whose first event, within its subscription, sends the subscriber away', async () => {
    const reader = new ScriptedReader(page(5, []));
    let closed = 0;
    reader.watch = () =>
      new Observable((subscriber) => {
        subscriber.next({ type: 'ADDED', object: configMap('a', 6) });
        return () => closed++;
      });
    const environment = new VirtualEnvironment();
    const subscription = watcher(reader, { environment }).subscribe(({ type }) => type === 'put' && subscription.unsubscribe());
    await environment.advance(1000);
    expect([closed, environment.pendingTimers]).to.deep.equal([1, 0]);
  });

  it('does not try again when whoever is told of an error has gone', async () => {
    const reader = new ScriptedReader(new Error('down'));
    const environment = new VirtualEnvironment();
    const subscription = watcher(reader, { environment, onError: () => subscription.unsubscribe() }).subscribe();
    await environment.advance(60_000);
    expect([reader.lists.length, environment.pendingTimers]).to.deep.equal([1, 0]);
  });

  it('survives a watch that fails within its subscription', async () => {
    const reader = new ScriptedReader(page(5, []));
    const { after, environment } = run(reader);
    await after(0);
    const open = reader.watch.bind(reader);
    reader.watch = () => {
      throw new StatusError('InternalError', 'thrown, not emitted');
    };
    reader.watched.error(new Error('down'));
    await after(300);
    reader.watch = open;
    await environment.advanceUntil(() => reader.watches.length === 2);
    reader.watched.next({ type: 'ADDED', object: configMap('a', 6) });
    expect(await after(0)).to.deep.equal(['put a@6']);
  });
});
