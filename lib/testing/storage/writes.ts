import assert from 'node:assert/strict';
import { failsWith, textOf } from './storage-bed.js';
import type { StorageTest } from './storage-suite.js';

export function writes(test: StorageTest): void {
  test('creates under a guard that wants the key absent', async (bed) => {
    const entry = await bed.create('a', 'one');
    assert.equal(entry.key, bed.key('a'));
    assert.equal(textOf(await bed.get('a')), 'one');
  });

  test('refuses to create twice, and says what is there', async (bed) => {
    const first = await bed.create('a', 'one');
    const error = await failsWith('Exists', bed.create('a', 'two'));
    assert.equal(error.key, bed.key('a'));
    if (error.current) assert.deepEqual(error.current, first);
    assert.deepEqual(await bed.get('a'), first);
  });

  test('creates again after a delete', async (bed) => {
    const first = await bed.create('a', 'one');
    const gone = await bed.remove('a');
    const second = await bed.create('a', 'two');
    assert.ok(first.revision < gone && gone < second.revision);
  });

  test('updates under a guard with the present revision', async (bed) => {
    const { revision } = await bed.create('a', 'one');
    const entry = await bed.put('a', 'two', bed.at('a', revision));
    assert.ok(entry.revision > revision);
    assert.equal(textOf(await bed.get('a')), 'two');
  });

  test('refuses an update under an old revision, and says what is there', async (bed) => {
    const old = await bed.create('a', 'one');
    const present = await bed.put('a', 'two');
    const error = await failsWith('Conflict', bed.put('a', 'three', bed.at('a', old.revision)));
    assert.equal(error.key, bed.key('a'));
    if (error.current) assert.deepEqual(error.current, present);
    assert.deepEqual(await bed.get('a'), present);
  });

  test('refuses an update under a revision that is yet to come', async (bed) => {
    const { revision } = await bed.create('a', 'one');
    await failsWith('Conflict', bed.put('a', 'two', bed.at('a', revision + 1)));
  });

  test('refuses an update of an absent key', async (bed) => {
    const { revision } = await bed.create('other', 'x');
    const error = await failsWith('NotFound', bed.put('a', 'two', bed.at('a', revision)));
    assert.equal(error.key, bed.key('a'));
    assert.equal(await bed.get('a'), undefined);
  });

  test('does not take a recreated key for the old one', async (bed) => {
    const old = await bed.create('a', 'same');
    await bed.remove('a');
    await bed.create('a', 'same');
    await failsWith('Conflict', bed.put('a', 'x', bed.at('a', old.revision)));
  });

  test('overwrites without a guard', async (bed) => {
    await bed.put('a', 'one');
    await bed.put('a', 'two');
    assert.equal(textOf(await bed.get('a')), 'two');
  });

  test('takes a new revision for an equal value', async (bed) => {
    const first = await bed.put('a', 'same');
    const second = await bed.put('a', 'same');
    assert.ok(second.revision > first.revision);
  });

  test('deletes, and answers with what was there', async (bed) => {
    const entry = await bed.create('a', 'one');
    const { entries, revision } = await bed.storage.commit([bed.deletion('a')]);
    assert.deepEqual(entries, [entry]);
    assert.ok(revision > entry.revision);
    assert.equal(await bed.get('a'), undefined);
  });

  test('deletes under a guard with the present revision', async (bed) => {
    const { revision } = await bed.create('a', 'one');
    await bed.remove('a', bed.at('a', revision));
    assert.equal(await bed.get('a'), undefined);
  });

  test('refuses a delete under an old revision', async (bed) => {
    const { revision } = await bed.create('a', 'one');
    await bed.put('a', 'two');
    await failsWith('Conflict', bed.remove('a', bed.at('a', revision)));
    assert.equal(textOf(await bed.get('a')), 'two');
  });

  test('refuses a delete of an absent key, with and without a guard', async (bed) => {
    await failsWith('NotFound', bed.remove('a'));
    const { revision } = await bed.create('a', 'one');
    await bed.remove('a');
    await failsWith('NotFound', bed.remove('a'));
    await failsWith('NotFound', bed.remove('a', bed.at('a', revision)));
  });

  test('answers a put with the entry that reads then give', async (bed) => {
    const { entries, revision } = await bed.storage.commit([bed.write('a', 'one')]);
    assert.equal(entries[0]?.revision, revision);
    assert.deepEqual(entries[0], await bed.get('a'));
  });

  test('goes up in revision with every commit', async (bed) => {
    const revisions = [await bed.storage.revision()];
    for (let i = 0; i < 10; i++) revisions.push((await bed.put(`k${i % 3}`, 'x')).revision);
    revisions.push(await bed.remove('k0'));
    for (let i = 1; i < revisions.length; i++) assert.ok(revisions[i]! > revisions[i - 1]!, revisions.join());
    assert.ok(revisions.every(Number.isSafeInteger));
  });

  test('takes no revision for a commit that fails', async (bed) => {
    await bed.create('a', 'one');
    const before = await bed.storage.revision();
    await failsWith('Exists', bed.create('a', 'two'));
    await failsWith('NotFound', bed.remove('absent'));
    assert.equal(await bed.storage.revision(), before);
  });

  test('takes no revision for a commit without writes, but checks its guards', async (bed) => {
    const { revision } = await bed.create('a', 'one');
    const before = await bed.storage.revision();
    assert.deepEqual((await bed.storage.commit([], [bed.at('a', revision)])).entries, []);
    await failsWith('Exists', bed.storage.commit([], [bed.at('a', 0)]));
    assert.equal(await bed.storage.revision(), before);
  });

  test(
    'obeys a guard on a key that is not written',
    async (bed) => {
      const { revision } = await bed.create('leader', 'me');
      await bed.put('a', 'one', bed.at('leader', revision));
      await bed.put('leader', 'you');
      await failsWith('Conflict', bed.put('a', 'two', bed.at('leader', revision)));
      await failsWith('NotFound', bed.put('a', 'two', bed.at('nobody', revision)));
      assert.equal(textOf(await bed.get('a')), 'one');
    },
    'guards on other keys',
  );

  test('keeps an empty value', async (bed) => {
    await bed.put('a', '');
    assert.equal((await bed.get('a'))?.value.length, 0);
    assert.deepEqual(bed.show(await bed.storage.list(bed.prefix)), ['a=']);
  });

  test('keeps a value of 1.5 MB, byte for byte', async (bed) => {
    const text = JSON.stringify({ text: 'ä€😀"\\\n'.repeat(105_000) });
    const value = text.slice(0, 1) + text.slice(1).padEnd(10);
    await bed.put('large', value);
    assert.equal(textOf(await bed.get('large')), value);
    const [entry] = (await bed.storage.list(bed.prefix)).entries;
    assert.equal(textOf(entry), value);
  });

  test('refuses an empty key', async (bed) => {
    await failsWith('Unsupported', bed.storage.commit([{ type: 'put', key: '', value: Buffer.from('x') }]));
  });

  test('refuses half a surrogate pair in a key', async (bed) => {
    await failsWith('Unsupported', bed.put('half-\ud83d', 'x'));
    await failsWith('Unsupported', bed.put('half-\ude00x', 'x'));
  });
}

const AWKWARD = {
  'with a space': 'a b',
  'with a percent sign': '100%41%2F',
  'with a question mark, a hash and an ampersand': 'a?b#c&d=e',
  'with quotes and a backslash': `"a'b\\c`,
  'with a line feed, a tab and a zero': 'a\nb\tc\0d',
  'with dots for names': '../a/./b/..',
  'with a slash at the end': 'a/',
  'with two slashes': 'a//b',
  'of 1,000 characters': 'long/'.repeat(200),
  'in German': 'größe/straße',
  'in Chinese': '命名空间/豆荚',
  'with an emoji': 'pod-😀',
  'with a combining accent, apart from the composed letter': 'e\u0301',
  'that looks like a number': '0042',
  'named like a member of Object': '__proto__/constructor',
};

export function awkwardKeys(test: StorageTest): void {
  for (const [what, name] of Object.entries(AWKWARD)) {
    test(
      `keeps, lists, watches and deletes a key ${what}`,
      async (bed) => {
        const recorder = bed.watch(await bed.storage.revision());
        const entry = await bed.create(name, 'value');
        await bed.create(`${name}~`, 'other');
        assert.deepEqual(await bed.get(name), entry);
        assert.deepEqual(bed.show(await bed.storage.list(bed.key(name), { limit: 1 })), [`${name}=value`]);
        assert.deepEqual(bed.show(await bed.storage.list(bed.prefix, { after: entry.key })), [`${name}~=other`]);
        await bed.remove(name, bed.at(name, entry.revision));
        assert.equal(await bed.get(name), undefined);
        assert.deepEqual(await recorder.take(3), [`+${name}=value`, `+${name}~=other`, `-${name}`]);
      },
      'awkward keys',
    );
  }

  test(
    'orders keys beyond the basic plane by their bytes',
    async (bed) => {
      const names = ['a', 'z', 'é', '\ue000', '\uffee', '😀', '😀a', '𐀀'];
      await bed.fill(names, () => '');
      const sorted = [...names].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
      assert.deepEqual(
        bed.show(await bed.storage.list(bed.prefix)),
        sorted.map((name) => `${name}=`),
      );
      const after = await bed.storage.list(bed.prefix, { after: bed.key('\uffee') });
      assert.deepEqual(bed.show(after), ['𐀀=', '😀=', '😀a=']);
    },
    'awkward keys',
  );
}
