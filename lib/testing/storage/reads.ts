import assert from 'node:assert/strict';
import { failsWith, numbered, textOf } from './storage-bed.js';
import type { StorageTest } from './storage-suite.js';

export function reads(test: StorageTest): void {
  test('gives nothing for an absent key', async (bed) => {
    assert.equal(await bed.get('absent'), undefined);
  });

  test('gives what was put last', async (bed) => {
    await bed.put('a', 'one');
    const entry = await bed.put('a', 'two');
    assert.deepEqual(await bed.get('a'), entry);
    assert.equal(textOf(entry), 'two');
  });

  test('gives no entry for the beginning of a key', async (bed) => {
    await bed.put('abc', 'value');
    assert.equal(await bed.get('ab'), undefined);
    assert.equal(await bed.get('abcd'), undefined);
  });

  test('lists nothing where nothing is, at the latest revision', async (bed) => {
    const { revision } = await bed.put('elsewhere', 'x');
    const page = await bed.storage.list(bed.key('none/'));
    assert.deepEqual(page.entries, []);
    assert.equal(page.remaining, 0);
    assert.ok(page.revision >= revision);
  });

  test('lists in byte order, whatever the order of writing', async (bed) => {
    for (const name of ['b', 'a/b', 'a', 'a-b', 'a0', 'B', 'a/', 'é', 'z']) await bed.put(name, '');
    const page = await bed.storage.list(bed.prefix);
    const names = page.entries.map((entry) => entry.key);
    assert.deepEqual(
      names,
      [...names].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y))),
    );
    assert.equal(names.length, 9);
  });

  test('lists only what begins with the prefix', async (bed) => {
    for (const name of ['p', 'p/a', 'p/b', 'p0', 'pp/a', 'o/z']) await bed.put(name, '');
    assert.deepEqual(bed.show(await bed.storage.list(bed.key('p/'))), ['p/a=', 'p/b=']);
  });

  test('lists by a prefix that ends within a name', async (bed) => {
    for (const name of ['pod-1', 'pod-2', 'pot-1']) await bed.put(name, '');
    assert.deepEqual(bed.show(await bed.storage.list(bed.key('pod'))), ['pod-1=', 'pod-2=']);
  });

  test('limits a page and counts what remains', async (bed) => {
    await bed.fill(['a', 'b', 'c', 'd', 'e']);
    const page = await bed.storage.list(bed.prefix, { limit: 2 });
    assert.deepEqual(bed.show(page), ['a=a', 'b=b']);
    assert.equal(page.remaining, 3);
  });

  test('counts nothing remaining on the last page, also when it is just full', async (bed) => {
    await bed.fill(['a', 'b']);
    assert.equal((await bed.storage.list(bed.prefix, { limit: 2 })).remaining, 0);
    assert.equal((await bed.storage.list(bed.prefix, { limit: 3 })).remaining, 0);
  });

  test('goes on after a key, without it', async (bed) => {
    await bed.fill(['a', 'b', 'c']);
    const page = await bed.storage.list(bed.prefix, { after: bed.key('a') });
    assert.deepEqual(bed.show(page), ['b=b', 'c=c']);
  });

  test('goes on after a key that is gone', async (bed) => {
    await bed.fill(['a', 'b', 'c']);
    await bed.remove('b');
    assert.deepEqual(bed.show(await bed.storage.list(bed.prefix, { after: bed.key('b'), limit: 1 })), ['c=c']);
  });

  test('goes on with the keys below the one it stopped at', async (bed) => {
    await bed.fill(['a', 'a/x', 'a0']);
    assert.deepEqual(bed.show(await bed.storage.list(bed.prefix, { after: bed.key('a') })), ['a/x=a/x', 'a0=a0']);
  });

  test('has nothing after the last key, and everything after one that precedes the prefix', async (bed) => {
    await bed.fill(['m/a', 'm/b', 'n']);
    assert.deepEqual((await bed.storage.list(bed.key('m/'), { after: bed.key('m/b') })).entries, []);
    assert.deepEqual((await bed.storage.list(bed.key('m/'), { after: bed.key('z') })).entries, []);
    assert.equal((await bed.storage.list(bed.key('m/'), { after: bed.key('a') })).entries.length, 2);
  });

  test('sees a commit as soon as it is acknowledged', async (bed) => {
    for (let i = 0; i < 20; i++) {
      const { revision } = await bed.put('a', String(i));
      const [entry, page, latest] = await Promise.all([bed.get('a'), bed.storage.list(bed.prefix), bed.storage.revision()]);
      assert.equal(textOf(entry), String(i));
      assert.deepEqual(bed.show(page), [`a=${i}`]);
      assert.ok(page.revision >= revision && latest >= revision);
    }
  });

  test(
    'lists the past: old values, what was deleted since, nothing newer',
    async (bed) => {
      await bed.fill(['a', 'b', 'c']);
      const past = await bed.storage.revision();
      await bed.put('a', 'changed');
      await bed.remove('b');
      await bed.put('d', 'new');
      const page = await bed.storage.list(bed.prefix, { revision: past });
      assert.deepEqual(bed.show(page), ['a=a', 'b=b', 'c=c']);
      assert.equal(page.revision, past);
      assert.deepEqual(bed.show(await bed.storage.list(bed.prefix)), ['a=changed', 'c=c', 'd=new']);
    },
    'snapshot reads',
  );

  test(
    'pages through one snapshot while writes go on',
    async (bed) => {
      const names = numbered(30);
      await bed.fill(names);
      const seen: string[] = [];
      let page = await bed.storage.list(bed.prefix, { limit: 7 });
      const { revision } = page;
      for (;;) {
        seen.push(...bed.show(page));
        if (page.remaining === 0) break;
        await bed.put(`a00001x${seen.length}`, 'late');
        await bed.remove(names[seen.length]!);
        page = await bed.storage.list(bed.prefix, { limit: 7, after: page.entries.at(-1)!.key, revision });
        assert.equal(page.remaining, Math.max(0, 30 - seen.length - 7));
      }
      assert.deepEqual(
        seen,
        names.map((name) => `${name}=${name}`),
      );
    },
    'snapshot reads',
  );

  test(
    'refuses to list the future',
    async (bed) => {
      const now = await bed.storage.revision();
      await failsWith('FutureRevision', bed.storage.list(bed.prefix, { revision: now + 1000 }));
    },
    'snapshot reads',
  );

  test('answers a read that may not be older than a revision from a state that has it', async (bed) => {
    await bed.put('a', 'old');
    const { revision } = await bed.put('a', 'new');
    await bed.put('b', '');
    assert.equal(textOf(await bed.storage.get(bed.key('a'), { notBefore: revision })), 'new');
    const page = await bed.storage.list(bed.prefix, { notBefore: revision });
    assert.ok(page.revision >= revision);
    assert.equal(bed.show(page)[0], 'a=new');
  });

  test('answers a read of whatever is at hand with a state that was', async (bed) => {
    const names = numbered(20);
    const written = [];
    for (const name of names) written.push(await bed.create(name, ''));
    const latest = await bed.storage.revision();
    const { entries, revision } = await bed.storage.list(bed.prefix, { notBefore: 0 });
    assert.ok(revision <= latest);
    assert.deepEqual(
      entries,
      written.filter((entry) => entry.revision <= revision),
    );
    const found = await bed.storage.get(bed.key(names[0]!), { notBefore: 0 });
    if (found) assert.deepEqual(found, written[0]);
  });

  test('pages through a state that may be old', async (bed) => {
    await bed.fill(['a', 'b', 'c', 'd']);
    const notBefore = await bed.storage.revision();
    const page = await bed.storage.list(bed.prefix, { notBefore, limit: 2, after: bed.key('a') });
    assert.deepEqual(bed.show(page), ['b=b', 'c=c']);
    assert.equal(page.remaining, 1);
  });

  test('refuses a read that may not be older than the future', async (bed) => {
    const { key, revision } = await bed.put('a', '');
    const notBefore = revision + 1000;
    const list = failsWith('FutureRevision', bed.storage.list(bed.prefix, { notBefore }));
    const get = failsWith('FutureRevision', bed.storage.get(key, { notBefore }));
    await Promise.all([list, get]);
  });

  test(
    'reads the snapshot that is asked for, however new it has to be besides',
    async (bed) => {
      const { revision } = await bed.put('a', 'old');
      const latest = await bed.put('a', 'new');
      const page = await bed.storage.list(bed.prefix, { revision, notBefore: latest.revision });
      assert.deepEqual(bed.show(page), ['a=old']);
    },
    'snapshot reads',
  );
}
