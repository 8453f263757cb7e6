import assert from 'node:assert/strict';
import { failsWith } from './storage-bed.js';
import type { StorageTest } from './storage-suite.js';

export function compaction(define: StorageTest): void {
  const test = (title: string, run: Parameters<StorageTest>[1]) => define(title, run, 'compaction');

  test('keeps current values, however old', async (bed) => {
    const old = await bed.put('a', 'old');
    await bed.put('b', '1');
    await bed.put('b', '2');
    await bed.storage.compact(await bed.storage.revision());
    assert.deepEqual(bed.show(await bed.storage.list(bed.prefix)), ['a=old', 'b=2']);
    assert.deepEqual(await bed.get('a'), old);
  });

  test('refuses to list what is forgotten, and lists what is kept', async (bed) => {
    const first = await bed.put('a', '1');
    const second = await bed.put('a', '2');
    await bed.put('a', '3');
    await bed.storage.compact(second.revision);
    await failsWith('Compacted', bed.storage.list(bed.prefix, { revision: first.revision }));
    assert.deepEqual(bed.show(await bed.storage.list(bed.prefix, { revision: second.revision })), ['a=2']);
  });

  test('ends a watch from a forgotten revision, and serves one from the oldest kept', async (bed) => {
    const first = await bed.put('a', '1');
    const second = await bed.put('a', '2');
    await bed.put('a', '3');
    await bed.storage.compact(second.revision);
    await bed.watch(first.revision).failsWith('Compacted');
    assert.deepEqual(await bed.watch(second.revision).take(1), ['+a=3']);
  });

  test('ends a watch from before the beginning of history', async (bed) => {
    await bed.put('a', '1');
    await bed.storage.compact(await bed.storage.revision());
    const recorder = bed.watch(1);
    await recorder.failsWith('Compacted');
    assert.deepEqual(recorder.changes, []);
  });

  test('does not disturb a watch that is up to date', async (bed) => {
    const recorder = bed.watch(await bed.storage.revision());
    await bed.put('a', '1');
    await recorder.take(1);
    await bed.storage.compact(await bed.storage.revision());
    await bed.put('a', '2');
    assert.deepEqual(await recorder.take(2), ['+a=1', '+a=2']);
  });

  test('takes no revision', async (bed) => {
    const { revision } = await bed.put('a', '1');
    const before = await bed.storage.revision();
    await bed.storage.compact(revision);
    assert.equal(await bed.storage.revision(), before);
    assert.ok((await bed.put('a', '2')).revision > before);
  });

  test('may be asked again for the same and for an older revision', async (bed) => {
    const first = await bed.put('a', '1');
    const second = await bed.put('a', '2');
    await bed.storage.compact(second.revision);
    await bed.storage.compact(second.revision);
    await bed.storage.compact(first.revision);
    await failsWith('Compacted', bed.storage.list(bed.prefix, { revision: first.revision }));
    assert.deepEqual(bed.show(await bed.storage.list(bed.prefix, { revision: second.revision })), ['a=2']);
  });

  test('refuses to forget the future', async (bed) => {
    const now = await bed.storage.revision();
    await failsWith('FutureRevision', bed.storage.compact(now + 1000));
    await bed.put('a', '1');
    assert.equal((await bed.storage.list(bed.prefix)).entries.length, 1);
  });

  test('lets a watch from the latest revision go on', async (bed) => {
    await bed.put('a', '1');
    const now = await bed.storage.revision();
    await bed.storage.compact(now);
    const recorder = bed.watch(now);
    await bed.put('a', '2');
    assert.deepEqual(await recorder.take(1), ['+a=2']);
  });
}
