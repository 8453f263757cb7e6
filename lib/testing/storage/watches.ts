import assert from 'node:assert/strict';
import { config, take } from 'rxjs';
import { numbered } from './storage-bed.js';
import type { StorageTest } from './storage-suite.js';

export function watches(test: StorageTest): void {
  test('delivers from now on', async (bed) => {
    await bed.put('before', 'x');
    const recorder = bed.watch(await bed.storage.revision());
    await bed.put('a', '1');
    await bed.put('a', '2');
    await bed.remove('a');
    assert.deepEqual(await recorder.take(3), ['+a=1', '+a=2', '-a']);
  });

  test('replays from an old revision, then goes on without a seam', async (bed) => {
    const { revision } = await bed.put('a', '0');
    await bed.put('a', '1');
    await bed.remove('a');
    const recorder = bed.watch(revision);
    await bed.put('b', '2');
    assert.deepEqual(await recorder.take(3), ['+a=1', '-a', '+b=2']);
  });

  test('delivers nothing up to a future revision', async (bed) => {
    const now = await bed.storage.revision();
    const written = [];
    const recorder = bed.watch(now + 3);
    for (let i = 0; i < 6; i++) written.push(await bed.put(`k${i}`, ''));
    const late = written.filter((entry) => entry.revision > now + 3);
    await recorder.take(late.length);
    assert.deepEqual(
      recorder.events.map((event) => event.revision),
      late.map((entry) => entry.revision),
    );
  });

  test('tells a put’s entry and what it replaced', async (bed) => {
    const recorder = bed.watch(await bed.storage.revision());
    const first = await bed.create('a', 'one');
    const second = await bed.put('a', 'two');
    await recorder.take(2);
    const { revision } = first;
    assert.deepEqual(recorder.events[0], { type: 'put', revision, entry: first, previous: undefined });
    assert.deepEqual(recorder.events[1], { type: 'put', revision: second.revision, entry: second, previous: first });
  });

  test('tells a delete’s revision and what was there', async (bed) => {
    const entry = await bed.create('a', 'one');
    const recorder = bed.watch(entry.revision);
    const revision = await bed.remove('a');
    await recorder.take(1);
    assert.deepEqual(recorder.events, [{ type: 'delete', revision, previous: entry }]);
  });

  test('tells what was replaced in the replay, too', async (bed) => {
    const first = await bed.create('a', 'one');
    await bed.put('a', 'two');
    await bed.remove('a');
    const recorder = bed.watch(first.revision);
    await recorder.take(2);
    assert.deepEqual(
      recorder.events.map((event) => event.previous?.revision),
      [first.revision, recorder.events[0]!.revision],
    );
  });

  test('delivers only what begins with the prefix', async (bed) => {
    const since = await bed.storage.revision();
    const recorder = bed.watch(since, { below: 'p/' });
    for (const name of ['p', 'p/a', 'p0', 'pp/a', 'p/b', 'o/z']) await bed.put(name, '');
    await bed.put('p/end', '');
    assert.deepEqual(await recorder.take(3), ['+p/a=', '+p/b=', '+p/end=']);
    assert.deepEqual(await bed.watch(since, { below: 'p/' }).take(3), ['+p/a=', '+p/b=', '+p/end=']);
  });

  test('watches one key, and those that begin with it', async (bed) => {
    const recorder = bed.watch(await bed.storage.revision(), { below: 'web' });
    for (const name of ['web', 'we', 'web-1', 'wea', 'web']) await bed.put(name, '');
    assert.deepEqual(await recorder.take(3), ['+web=', '+web-1=', '+web=']);
  });

  test('keeps the order of commits across keys', async (bed) => {
    const recorder = bed.watch(await bed.storage.revision());
    await bed.fill(numbered(200));
    await recorder.take(200);
    const revisions = recorder.events.map((event) => event.revision);
    assert.deepEqual(
      revisions,
      [...new Set(revisions)].sort((a, b) => a - b),
    );
  });

  test('gives every watch the same, wherever it starts', async (bed) => {
    const start = await bed.storage.revision();
    const log = bed.watch(start);
    const writing = bed.fill(numbered(150));
    const others = [];
    for (let i = 0; i < 30; i++) others.push({ since: start + i * 5, recorder: bed.watch(start + i * 5) });
    await writing;
    await log.take(150);
    for (const { since, recorder } of others) {
      const expected = log.events.filter((event) => event.revision > since);
      await recorder.take(expected.length);
      assert.deepEqual(recorder.events, expected);
    }
  });

  test('starts at every revision of the past without a gap or a double', async (bed) => {
    const start = await bed.storage.revision();
    await bed.fill(numbered(60));
    const log = bed.watch(start);
    await log.take(60);
    for (const { revision } of log.events) {
      const expected = log.events.filter((event) => event.revision > revision);
      const recorder = bed.watch(revision);
      await recorder.take(expected.length);
      assert.deepEqual(recorder.events, expected);
      recorder.close();
    }
  });

  test('is cold: each subscription is a watch of its own', async (bed) => {
    const since = await bed.storage.revision();
    const changes = bed.storage.watch(bed.prefix, since);
    await bed.put('a', '');
    const first = bed.record(changes);
    const second = bed.record(changes);
    assert.deepEqual(await first.take(1), ['+a=']);
    assert.deepEqual(await second.take(1), ['+a=']);
    first.close();
    await bed.put('b', '');
    assert.deepEqual(await second.take(2), ['+a=', '+b=']);
    assert.deepEqual(first.shown, ['+a=']);
  });

  test('delivers nothing more once it is unsubscribed', async (bed) => {
    const since = await bed.storage.revision();
    const recorder = bed.watch(since);
    const witness = bed.watch(since);
    await bed.put('a', '');
    await recorder.take(1);
    recorder.close();
    await bed.put('b', '');
    await witness.take(2);
    assert.deepEqual(recorder.shown, ['+a=']);
  });

  test('can be unsubscribed from within a delivery, in the replay as well', async (bed) => {
    const since = await bed.storage.revision();
    const live = bed.record(bed.storage.watch(bed.prefix, since).pipe(take(2)));
    await bed.fill(['a', 'b', 'c']);
    const replayed = bed.record(bed.storage.watch(bed.prefix, since).pipe(take(2)));
    await live.take(2);
    await replayed.take(2);
    await bed.put('d', '');
    await bed.watch(since).take(4);
    assert.equal(live.events.length, 2);
    assert.deepEqual(replayed.events, live.events);
  });

  test('keeps order for everyone when a subscriber writes', async (bed) => {
    const since = await bed.storage.revision();
    const replies: Promise<unknown>[] = [];
    bed.record(bed.storage.watch(bed.prefix, since), (change) => {
      if (change.type === 'put' && change.entry.key.endsWith('ask')) replies.push(bed.put('answer', ''));
    });
    const witness = bed.watch(since);
    await bed.put('ask', '');
    assert.deepEqual(await witness.take(2), ['+ask=', '+answer=']);
    await Promise.all(replies);
  });

  test('can be opened from within a delivery', async (bed) => {
    const since = await bed.storage.revision();
    const inner = new Promise<ReturnType<typeof bed.watch>>((resolve) => {
      const outer = bed.record(bed.storage.watch(bed.prefix, since), () => {
        if (outer.changes.length === 1) resolve(bed.watch(since));
      });
    });
    await bed.put('a', '');
    await bed.put('b', '');
    assert.deepEqual(await (await inner).take(2), ['+a=', '+b=']);
  });

  test('is not disturbed by another subscriber that throws', async (bed) => {
    const reported: unknown[] = [];
    const previous = config.onUnhandledError;
    const handled = new Promise<void>((resolve) => {
      config.onUnhandledError = (error) => {
        reported.push(error);
        resolve();
      };
    });
    try {
      const since = await bed.storage.revision();
      const failing = bed.storage.watch(bed.prefix, since).subscribe(() => {
        throw new Error('subscriber');
      });
      const recorder = bed.watch(since);
      await bed.put('a', '');
      assert.deepEqual(await recorder.take(1), ['+a=']);
      await handled;
      failing.unsubscribe();
      assert.match(String(reported[0]), /subscriber/);
    } finally {
      config.onUnhandledError = previous;
    }
  });

  test('brings 1.5 MB in one change', async (bed) => {
    const recorder = bed.watch(await bed.storage.revision());
    await bed.put('large', 'x'.repeat(1_500_000));
    await recorder.take(1);
    const [event] = recorder.events;
    assert.equal(event?.type === 'put' && event.entry.value.length, 1_500_000);
  });
}
