import assert from 'node:assert/strict';
import { systemEnvironment } from '../../base/system-environment.js';
import { failsWith, type StorageBed, type StorageConformanceOptions, textOf } from './storage-bed.js';
import type { StorageTest } from './storage-suite.js';

/** Seconds: the shortest time, and one that no test waits for. */
const SHORT = 1;
const LONG = 3600;

export function timeToLive(define: StorageTest, options: StorageConformanceOptions): void {
  const feature = 'time to live';
  const test = (title: string, run: Parameters<StorageTest>[1]) => define(title, run, feature);

  define('is announced by a store that has it, and refused by any other', async (bed) => {
    assert.equal(bed.storage.expires ?? false, options.skip?.[feature] === undefined);
    if (bed.storage.expires) return;
    await failsWith('Unsupported', bed.putFor(SHORT, 'a', 'a'));
    assert.equal(await bed.get('a'), undefined);
  });

  test('ends a key, which watches and reads see as a delete, and not too early', async (bed) => {
    const since = await bed.storage.revision();
    const recorder = bed.watch(since);
    const called = systemEnvironment.monotonic();
    const entry = await bed.putFor(SHORT, 'a', 'a');
    assert.deepEqual(await recorder.take(2), ['+a=a', '-a']);
    assert.ok(systemEnvironment.monotonic() - called >= SHORT * 1000, 'too early');
    const [, deleted] = recorder.events;
    assert.equal(await bed.get('a'), undefined);
    assert.ok(deleted!.revision > entry.revision);
    assert.deepEqual(deleted!.previous, entry);
    assert.deepEqual(await bed.watch(since).take(2), ['+a=a', '-a']);
  });

  test('holds for the last put alone: a later one without it, or with a longer one, keeps the key', async (bed) => {
    await bed.putFor(SHORT, 'permanent', 'permanent');
    await bed.put('permanent', '2');
    const { revision } = await bed.putFor(SHORT, 'renewed', 'renewed');
    await bed.putFor(LONG, 'renewed', 'renewed', bed.at('renewed', revision));
    await bed.putFor(SHORT, 'again', 'again');
    await bed.remove('again');
    await bed.put('again', '2');
    await bed.put('shortened', '');
    await bed.putFor(SHORT, 'shortened', 'shortened');
    await gone(bed, 'shortened');
    await bed.putFor(SHORT, 'later', 'later'); // so all that went before has had its time
    await gone(bed, 'later');
    assert.deepEqual(bed.show(await bed.storage.list(bed.prefix)), ['again=2', 'permanent=2', 'renewed=renewed']);
  });

  test('does not hold for a put whose guard failed', async (bed) => {
    const { revision } = await bed.put('a', '1');
    await failsWith('Exists', bed.putFor(SHORT, 'a', 'a', bed.at('a', 0)));
    await failsWith('Conflict', bed.putFor(SHORT, 'a', 'a', bed.at('a', revision + 1)));
    await bed.putFor(SHORT, 'later', 'later');
    await gone(bed, 'later');
    assert.equal(textOf(await bed.get('a')), '1');
  });

  test('gives the key free: it may be created again', async (bed) => {
    const { revision } = await bed.putFor(SHORT, 'a', 'a', bed.at('a', 0));
    await gone(bed, 'a');
    await failsWith('NotFound', bed.put('a', '', bed.at('a', revision)));
    await bed.create('a', '2');
    assert.equal(textOf(await bed.get('a')), '2');
  });

  test('ends many keys that were put at once, each once', async (bed) => {
    const recorder = bed.watch(await bed.storage.revision());
    const names = Array.from({ length: 64 }, (_, i) => `a${i}`);
    await Promise.all(names.map((name) => bed.putFor(SHORT, name, name)));
    const shown = await recorder.take(2 * names.length);
    const deleted = shown.filter((text) => text.startsWith('-'));
    assert.deepEqual(deleted.sort(), names.map((name) => `-${name}`).sort());
    assert.deepEqual(bed.show(await bed.storage.list(bed.prefix)), []);
  });

  test('is more than 0: anything else is refused', async (bed) => {
    for (const seconds of [0, -1, NaN, Infinity]) await failsWith('Unsupported', bed.putFor(seconds, 'a', 'a'));
    assert.equal(await bed.get('a'), undefined);
  });
}

/** Waits until a key has gone; whether it is there before does not matter. */
async function gone(bed: StorageBed, name: string): Promise<void> {
  const { entries, revision } = await bed.storage.list(bed.key(name));
  if (entries.length > 0) await bed.watch(revision, { below: name }).take(1);
}
