import assert from 'node:assert/strict';
import { Subject } from 'rxjs';
import { failsWith, numbered, textOf } from './storage-bed.js';
import type { StorageTest } from './storage-suite.js';

export function multiKeyCommits(define: StorageTest): void {
  const test = (title: string, run: Parameters<StorageTest>[1]) => define(title, run, 'multi-key commits');

  test('writes several keys at one revision', async (bed) => {
    const { revision, entries } = await bed.storage.commit([bed.write('b', '2'), bed.write('a', '1')]);
    assert.deepEqual(
      entries.map((entry) => [entry.key, entry.revision]),
      [
        [bed.key('b'), revision],
        [bed.key('a'), revision],
      ],
    );
    assert.deepEqual(bed.show(await bed.storage.list(bed.prefix)), ['a=1', 'b=2']);
  });

  test('puts and deletes in one commit, answering in the order of the writes', async (bed) => {
    const old = await bed.create('old', 'x');
    const { entries, revision } = await bed.storage.commit(
      [bed.deletion('old'), bed.write('new', 'x')],
      [bed.at('old', old.revision), bed.at('new', 0)],
    );
    assert.deepEqual(entries[0], old);
    assert.equal(entries[1]?.revision, revision);
    assert.deepEqual(bed.show(await bed.storage.list(bed.prefix)), ['new=x']);
  });

  test('writes nothing when one guard of many fails', async (bed) => {
    await bed.create('c', 'present');
    const names = ['a', 'b', 'c', 'd'];
    const commit = bed.storage.commit(
      names.map((name) => bed.write(name, 'new')),
      names.map((name) => bed.at(name, 0)),
    );
    const error = await failsWith('Exists', commit);
    assert.equal(error.key, bed.key('c'));
    assert.deepEqual(bed.show(await bed.storage.list(bed.prefix)), ['c=present']);
  });

  test('writes nothing when one of its deletes finds nothing', async (bed) => {
    await failsWith('NotFound', bed.storage.commit([bed.write('a', 'x'), bed.deletion('absent')]));
    assert.deepEqual((await bed.storage.list(bed.prefix)).entries, []);
  });

  test('refuses to write a key twice in a commit', async (bed) => {
    await failsWith('Unsupported', bed.storage.commit([bed.write('a', '1'), bed.write('a', '2')]));
    await failsWith('Unsupported', bed.storage.commit([bed.write('a', '1'), bed.deletion('a')]));
    assert.equal(await bed.get('a'), undefined);
  });

  test('takes as many writes as it promises', async (bed) => {
    const names = numbered(bed.options.maxWrites ?? 1000);
    const { entries, revision } = await bed.storage.commit(names.map((name) => bed.write(name, name)));
    assert.equal(entries.length, names.length);
    assert.ok(entries.every((entry) => entry.revision === revision));
    assert.equal((await bed.storage.list(bed.prefix)).entries.length, names.length);
  });

  test('shows watches all writes of a commit, in order, under one revision', async (bed) => {
    await bed.create('b', 'old');
    const recorder = bed.watch(await bed.storage.revision());
    const { revision } = await bed.storage.commit([bed.write('c', '1'), bed.deletion('b'), bed.write('a', '2')]);
    assert.deepEqual(await recorder.take(3), ['+c=1', '-b', '+a=2']);
    assert.ok(recorder.events.every((event) => event.revision === revision));
  });

  test('shows a watch all changes of a commit in one go, with nothing in between', async (bed) => {
    const since = await bed.storage.revision();
    const names = numbered(40);
    const counts: string[] = [];
    const progressRequests = new Subject<void>();
    const record = () => {
      const watch = bed.storage.watch(bed.prefix, since, { progressEvery: 1, progressRequests });
      const recorder = bed.record(watch, ({ type, revision }) => {
        if (type === 'progress') return;
        progressRequests.next();
        // Runs as soon as the caller of this has returned.
        queueMicrotask(() => {
          const first = recorder.changes.findIndex((change) => change.revision === revision);
          const types = recorder.changes.slice(first).map((change) => change.type);
          counts.push(types.join());
        });
      });
      return recorder;
    };
    const live = record();
    for (let i = 0; i < 3; i++) await bed.storage.commit(names.map((name) => bed.write(name, String(i))));
    await live.take(120);
    await record().take(120);
    const whole = names.map(() => 'put').join();
    for (const seen of counts) assert.ok(seen.startsWith(whole), `in between: ${seen}`);
    assert.equal(counts.length, 240);
  });

  test('shows a watch of a part only that part of a commit', async (bed) => {
    const recorder = bed.watch(await bed.storage.revision(), { below: 'y/' });
    await bed.storage.commit([bed.write('x/a', '1'), bed.write('y/a', '2'), bed.write('z/a', '3')]);
    await bed.put('y/end', '');
    assert.deepEqual(await recorder.take(2), ['+y/a=2', '+y/end=']);
  });

  test('is never seen in halves', async (bed) => {
    const writing = (async () => {
      for (let i = 0; i < 100; i++) await bed.storage.commit([bed.write('left', String(i)), bed.write('right', String(i))]);
    })();
    for (let i = 0; i < 50; i++) {
      const { entries } = await bed.storage.list(bed.prefix);
      if (entries.length > 0) assert.equal(textOf(entries[0]), textOf(entries[1]));
      assert.equal(entries[0]?.revision, entries[1]?.revision);
    }
    await writing;
  });

  test('lets one of two commits win that guard each other’s keys', async (bed) => {
    const a = await bed.create('a', '');
    const b = await bed.create('b', '');
    const guards = [bed.at('a', a.revision), bed.at('b', b.revision)];
    const results = await Promise.allSettled([
      bed.storage.commit([bed.write('a', 'first')], guards),
      bed.storage.commit([bed.write('b', 'second')], guards),
    ]);
    assert.deepEqual(results.map((result) => result.status).sort(), ['fulfilled', 'rejected']);
  });
}
