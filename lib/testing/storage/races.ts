import assert from 'node:assert/strict';
import { StorageError } from '../../storage/storage-error.js';
import { failsWith, numbered, type StorageBed, textOf } from './storage-bed.js';
import type { StorageTest } from './storage-suite.js';

const WRITERS = 64;

export function races(test: StorageTest): void {
  test('lets one of 64 creators win', async (bed) => {
    const outcomes = await Promise.all(writers((id) => outcomeOf(bed.create('a', id))));
    assert.deepEqual(tally(outcomes), { Exists: WRITERS - 1, won: 1 });
  });

  test('lets one of 64 updaters win, round after round', async (bed) => {
    let { revision } = await bed.create('a', 'start');
    for (let round = 0; round < 20; round++) {
      const outcomes = await Promise.all(writers((id) => outcomeOf(bed.put('a', id, bed.at('a', revision)))));
      assert.deepEqual(tally(outcomes), { Conflict: WRITERS - 1, won: 1 });
      revision = (await bed.get('a'))!.revision;
    }
  });

  test('lets one of 64 deleters win', async (bed) => {
    await bed.create('a', 'x');
    const outcomes = await Promise.all(writers(() => outcomeOf(bed.remove('a'))));
    assert.deepEqual(tally(outcomes), { NotFound: WRITERS - 1, won: 1 });
  });

  test('counts right when 64 writers increment by compare-and-set', async (bed) => {
    await bed.create('counter', '0');
    await Promise.all(writers(() => increment(bed, 'counter', 3)));
    assert.equal(textOf(await bed.get('counter')), String(WRITERS * 3));
  });

  test('gives 64 writers of other keys a revision each', async (bed) => {
    const entries = await Promise.all(writers((id) => bed.create(id, id)));
    assert.equal(new Set(entries.map((entry) => entry.revision)).size, WRITERS);
    assert.equal((await bed.storage.list(bed.prefix)).entries.length, WRITERS);
  });

  test(
    'answers the commits of one caller in their order',
    async (bed) => {
      const entries = await Promise.all(numbered(100).map((name) => bed.put(name, '')));
      const revisions = entries.map((entry) => entry.revision);
      assert.deepEqual(
        revisions,
        [...revisions].sort((a, b) => a - b),
      );
    },
    'commits in order',
  );

  test('never reads backwards while others write', async (bed) => {
    await bed.create('counter', '0');
    const writing = Promise.all(writers(() => increment(bed, 'counter', 1)));
    let last = 0;
    for (let i = 0; i < 100; i++) {
      const value = Number(textOf(await bed.get('counter')));
      assert.ok(value >= last, `${value} after ${last}`);
      last = value;
    }
    await writing;
  });

  test('shows a watch each success of a race, and nothing else', async (bed) => {
    const { revision } = await bed.create('counter', '0');
    const recorder = bed.watch(revision);
    await Promise.all(writers(() => increment(bed, 'counter', 2)));
    await recorder.take(WRITERS * 2);
    assert.deepEqual(
      recorder.shown,
      numbered(WRITERS * 2).map((_, i) => `+counter=${i + 1}`),
    );
  });
}

export function scale(test: StorageTest): void {
  test('holds 10,000 keys: lists them whole and in pages, and replays them', async (bed) => {
    const names = numbered(10_000);
    const since = await bed.storage.revision();
    const live = bed.watch(since);
    await bed.fill(names);
    const whole = await bed.storage.list(bed.prefix);
    assert.deepEqual(
      whole.entries.map((entry) => entry.key),
      names.map((name) => bed.key(name)),
    );
    assert.equal(await countInPages(bed, 999), 10_000);
    await live.take(10_000);
    assert.equal(new Set(live.shown).size, 10_000);
  });

  test('deletes what it holds, in any order, down to nothing', async (bed) => {
    const names = numbered(1500);
    await bed.fill(names);
    const shuffled = names.map((_, i) => names[(i * 677) % names.length]!);
    while (shuffled.length > 0) {
      await Promise.all(shuffled.splice(0, 100).map((name) => bed.remove(name)));
      const left = (await bed.storage.list(bed.prefix)).entries.map((entry) => entry.key.slice(bed.prefix.length));
      assert.deepEqual(left, [...shuffled].sort());
    }
  });

  test(
    'agrees with a plain map at every revision of a long random history',
    async (bed) => {
      const random = sequence(20_240_601);
      const model = new Map<string, string>();
      const past: { revision: number; shown: string[] }[] = [];
      for (let i = 0; i < 600; i++) {
        const name = `k${random(80)}`;
        const remove = random(3) === 0;
        if (remove && !model.has(name)) await failsWith('NotFound', bed.remove(name));
        else if (remove) past.push({ revision: await bed.remove(name), shown: modelAfter(model, name) });
        else past.push({ revision: (await bed.put(name, `v${i}`)).revision, shown: modelAfter(model, name, `v${i}`) });
      }
      for (const { revision, shown } of past.filter((_, i) => i % 7 === 0)) {
        assert.deepEqual(bed.show(await bed.storage.list(bed.prefix, { revision })), shown);
      }
    },
    'snapshot reads',
  );
}

function writers<T>(write: (id: string) => Promise<T>): Promise<T>[] {
  return Array.from({ length: WRITERS }, (_, i) => write(`writer-${i}`));
}

function outcomeOf(write: Promise<unknown>): Promise<string> {
  return write.then(
    () => 'won',
    (error: unknown) => (StorageError.is(error) ? error.code : String(error)),
  );
}

function tally(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of [...outcomes].sort()) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

async function increment(bed: StorageBed, name: string, times: number): Promise<void> {
  for (let done = 0; done < times;) {
    const entry = (await bed.get(name))!;
    const outcome = await outcomeOf(bed.put(name, String(Number(textOf(entry)) + 1), bed.at(name, entry.revision)));
    if (outcome === 'won') done++;
    else assert.equal(outcome, 'Conflict');
  }
}

async function countInPages(bed: StorageBed, limit: number): Promise<number> {
  let count = 0;
  let after: string | undefined;
  for (;;) {
    const page = await bed.storage.list(bed.prefix, { limit, after });
    count += page.entries.length;
    if (page.remaining === 0) return count;
    after = page.entries.at(-1)!.key;
  }
}

function modelAfter(model: Map<string, string>, name: string, value?: string): string[] {
  if (value === undefined) model.delete(name);
  else model.set(name, value);
  return [...model].map(([key, text]) => `${key}=${text}`).sort((a, b) => (a.split('=')[0]! < b.split('=')[0]! ? -1 : 1));
}

/** Numbers that look random and are the same in every run (a linear congruential generator). */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
