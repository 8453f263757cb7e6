import assert from 'node:assert/strict';
import { Subject } from 'rxjs';
import { systemEnvironment } from '../../base/system-environment.js';
import { numbered } from './storage-bed.js';
import type { StorageTest } from './storage-suite.js';

export function progress(define: StorageTest): void {
  const test = (title: string, run: Parameters<StorageTest>[1]) => define(title, run, 'progress');

  test('comes at once when there is nothing to replay', async (bed) => {
    const since = await bed.storage.revision();
    const recorder = bed.watch(since, { progressEvery: 3_600_000 });
    await recorder.until(() => recorder.changes.length > 0);
    const [first] = recorder.changes;
    assert.equal(first?.type, 'progress');
    assert.ok(first.revision >= since);
  });

  test('comes right after the replay, with at least its last revision', async (bed) => {
    const since = await bed.storage.revision();
    await bed.put('a', '');
    const last = await bed.put('b', '');
    const recorder = bed.watch(since, { progressEvery: 3_600_000 });
    await recorder.until(() => recorder.changes.length >= 3);
    assert.deepEqual(
      recorder.changes.map((change) => change.type),
      ['put', 'put', 'progress'],
    );
    assert.ok(recorder.changes[2]!.revision >= last.revision);
  });

  test('comes again and again while nothing happens', async (bed) => {
    const recorder = bed.watch(await bed.storage.revision(), { progressEvery: 20 });
    await recorder.until(() => recorder.changes.length >= 4);
    assert.ok(recorder.changes.every((change) => change.type === 'progress'));
  });

  test('follows the revision of the store, not that of the prefix', async (bed) => {
    const recorder = bed.watch(await bed.storage.revision(), { below: 'quiet/', progressEvery: 20 });
    const { revision } = await bed.put('loud', '');
    await recorder.until(() => (recorder.changes.at(-1)?.revision ?? 0) >= revision);
    assert.deepEqual(recorder.events, []);
  });

  test('never overtakes a change', async (bed) => {
    const recorder = bed.watch(await bed.storage.revision(), { progressEvery: 1 });
    for (let i = 0; i < 5; i++) {
      await bed.fill(numbered(20, `round${i}-`));
      const { length } = recorder.changes;
      await recorder.until(() => recorder.changes.slice(length).some((change) => change.type === 'progress'));
    }
    let reached = 0;
    for (const change of recorder.changes) {
      if (change.type === 'progress') reached = Math.max(reached, change.revision);
      else assert.ok(change.revision > reached, `change at ${change.revision} after progress ${reached}`);
    }
  });

  test('does not come unasked', async (bed) => {
    const recorder = bed.watch(await bed.storage.revision());
    const asked = bed.watch(await bed.storage.revision(), { progressEvery: 10 });
    await bed.put('a', '');
    await recorder.take(1);
    await asked.until(() => asked.changes.length >= 3);
    assert.deepEqual(recorder.shown, ['+a=']);
    assert.equal(recorder.changes.length, 1);
  });
}

export function requestedProgress(define: StorageTest): void {
  const test = (title: string, run: Parameters<StorageTest>[1]) => define(title, run, 'requested progress');

  test('comes when it is asked for, on a watch that hears of nothing else', async (bed) => {
    const progressRequests = new Subject<void>();
    const recorder = bed.watch(await bed.storage.revision(), { below: 'quiet/', progressEvery: 3_600_000, progressRequests });
    for (let i = 0; i < 5; i++) {
      const { revision } = await bed.put('loud', String(i));
      while ((recorder.changes.at(-1)?.revision ?? 0) < revision) {
        progressRequests.next();
        await systemEnvironment.yield();
      }
    }
    assert.deepEqual(recorder.events, []);
  });

  test('never overtakes a change, however often it is asked for', async (bed) => {
    const progressRequests = new Subject<void>();
    const recorder = bed.watch(await bed.storage.revision(), { progressEvery: 3_600_000, progressRequests });
    const writing = bed.fill(numbered(1000), (name) => name.repeat(200));
    let written = false;
    void writing.finally(() => (written = true));
    while (!written) {
      progressRequests.next();
      await systemEnvironment.yield();
    }
    await writing;
    await recorder.take(1000);
    let reached = 0;
    for (const change of recorder.changes) {
      if (change.type === 'progress') reached = Math.max(reached, change.revision);
      else assert.ok(change.revision > reached, `change at ${change.revision} after progress ${reached}`);
    }
  });

  test('may be asked for from within a delivery', async (bed) => {
    const progressRequests = new Subject<void>();
    const watch = bed.storage.watch(bed.prefix, await bed.storage.revision(), { progressEvery: 3_600_000, progressRequests });
    const recorder = bed.record(watch, (change) => {
      if (change.type !== 'progress') progressRequests.next();
    });
    const { revision } = await bed.put('a', '');
    await recorder.until(() => recorder.changes.at(-1)?.type === 'progress' && recorder.changes.at(-1)!.revision >= revision);
  });

  test('leaves no subscription behind', async (bed) => {
    const progressRequests = new Subject<void>();
    const recorder = bed.watch(await bed.storage.revision(), { progressEvery: 3_600_000, progressRequests });
    await recorder.until(() => recorder.changes.length > 0);
    recorder.close();
    assert.equal(progressRequests.observed, false);
  });
}
