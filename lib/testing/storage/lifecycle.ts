import assert from 'node:assert/strict';
import { StorageError } from '../../storage/storage-error.js';
import type { Storage } from '../../storage/storage.js';
import { failsWith, numbered, StorageBed, type StorageConformanceOptions, type StorageFactory } from './storage-bed.js';
import type { StorageTest } from './storage-suite.js';

export function lifecycle(test: StorageTest, factory: StorageFactory, options: StorageConformanceOptions): void {
  it('refuses every method before start, and a watch as well', async () => {
    const bed = new StorageBed(await factory(), options);
    await refusesAll(bed.storage);
    await bed.watch(1).failsWith('Unavailable');
    await bed.stop();
  });

  it('stops before it has started, and twice', async () => {
    const bed = new StorageBed(await factory(), options);
    await bed.storage.stop();
    await bed.storage.stop();
    await bed.stop();
  });

  test('starts once, however often it is asked', async (bed) => {
    await bed.put('a', '');
    await bed.storage.start();
    assert.ok(await bed.get('a'));
  });

  test('refuses every method after stop, and a watch as well', async (bed) => {
    await bed.put('a', '');
    await bed.storage.stop();
    await refusesAll(bed.storage);
    await bed.watch(1).failsWith('Unavailable');
    await bed.storage.stop();
  });

  test('ends open watches with Unavailable when it stops', async (bed) => {
    const since = await bed.storage.revision();
    const recorders = [bed.watch(since), bed.watch(since, { below: 'part/', progressEvery: 10 }), bed.watch(since + 100)];
    await bed.put('a', '');
    await recorders[0]!.take(1);
    await bed.storage.stop();
    for (const recorder of recorders) await recorder.failsWith('Unavailable');
    const delivered = recorders.map((recorder) => recorder.changes.length);
    await bed.storage.stop();
    assert.deepEqual(
      recorders.map((recorder) => recorder.changes.length),
      delivered,
    );
  });

  test('settles every call when it stops while busy', async (bed) => {
    await bed.put('warm', '');
    const recorder = bed.watch(await bed.storage.revision());
    const commits = numbered(200).map((name) => bed.put(name, 'x'.repeat(2000)));
    const readsToo = numbered(50).map(() => bed.storage.list(bed.prefix));
    const settled = Promise.allSettled<unknown>([...commits, ...readsToo]);
    await bed.storage.stop();
    const results = await settled;
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      const reason: unknown = result.reason;
      assert.ok(StorageError.is(reason, 'Unavailable') || StorageError.is(reason, 'Unknown'), String(reason));
    }
    await recorder.failsWith('Unavailable');
  });

  test('may be stopped from within a delivery', async (bed) => {
    const stopped = new Promise<void>((resolve, reject) => {
      bed.record(bed.storage.watch(bed.prefix, 1_000_000_000), undefined);
      void bed.storage.revision().then((since) => {
        bed.record(bed.storage.watch(bed.prefix, since), () => void bed.storage.stop().then(resolve, reject));
        bed.put('a', '').catch((error: unknown) => assert.ok(StorageError.is(error)));
      });
    });
    await stopped;
    await refusesAll(bed.storage);
  });
}

async function refusesAll(storage: Storage): Promise<void> {
  await failsWith('Unavailable', storage.get('/a'));
  await failsWith('Unavailable', storage.list('/'));
  await failsWith('Unavailable', storage.commit([{ type: 'put', key: '/a', value: Buffer.from('x') }]));
  await failsWith('Unavailable', storage.revision());
  await failsWith('Unavailable', storage.compact(1));
}
