import { expect } from 'chai';
import { cpSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedStorage, type EmbeddedStorageOptions } from '../../../lib/storage/embedded/embedded-storage.js';
import { SEGMENT_HEADER } from '../../../lib/storage/embedded/segment.js';
import { scanSegment } from '../../../lib/storage/embedded/segment-scan.js';
import type { Committed, Storage, Write } from '../../../lib/storage/storage.js';
import { eventually } from '../../support/eventually.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { drawBelow, drawOne, itSeeded } from '../guarantees/effort.js';

const SEGMENT = 8192;
const FIRST_LOG = 'log-0000000001';
const SECTOR = 512;

describe('EmbeddedStorage after a crash', function () {
  this.timeout(120_000);
  const root = temporaryDirectory();
  const path = (...names: string[]) => join(root(), ...names);
  const open = (name: string, options: Partial<EmbeddedStorageOptions> = {}) =>
    new EmbeddedStorage({ directory: path(name), segmentBytes: SEGMENT, checkpointBytes: Infinity, ...options });

  async function using<T>(storage: EmbeddedStorage, run: (storage: EmbeddedStorage) => Promise<T>): Promise<T> {
    await storage.start();
    try {
      return await run(storage);
    } finally {
      await storage.stop();
    }
  }

  /** What a directory holds when it is opened; then a commit, to see which revision it gets, and another look after that. */
  async function recovered(name: string, options?: Partial<EmbeddedStorageOptions>): Promise<{ revision: number; shown: string[] }> {
    const first = await using(open(name, options), async (storage) => {
      const found = { revision: await storage.revision(), shown: await show(storage) };
      const next = await storage.commit([put('/next', 'x')]);
      expect(next.revision, 'the next revision').to.equal(found.revision + 1);
      return found;
    });
    await using(open(name, options), async (storage) => {
      expect(await storage.revision()).to.equal(first.revision + 1);
      expect((await show(storage)).filter((line) => !line.startsWith('/next'))).to.deep.equal(first.shown);
    });
    return first;
  }

  describe('in the middle of a group', () => {
    /** A log whose last group holds several commits; the states it may have: before the group, and after each of its commits. */
    async function written(valueBytes: number) {
      const states: { revision: number; shown: string[] }[] = [];
      const log = await using(open('running'), async (storage) => {
        const before = await storage.commit([put('/a', '1'), put('/b', '1')]);
        const group: Write[][] = [
          [put('/a', '2'), remove('/b')],
          [put('/größe/😀', 'ä'), put('/c', 'x'.repeat(valueBytes))],
          [remove('/a')],
          [put('/b', '3')],
        ];
        const committed = await Promise.all(group.map((writes) => storage.commit(writes)));
        for (const { revision } of [before, ...committed]) states.push({ revision, shown: await show(storage, revision) });
        return readFile(path('running', FIRST_LOG));
      });
      await mkdir(path('cut'));
      await writeFile(path('cut', FIRST_LOG), log);
      const { records, end } = await scanSegment(path('cut'), 1);
      const group = records.slice(1);
      expect(new Set(group.map((record) => record.group)).size, 'groups').to.equal(1);
      return { log, states, end, ends: [...group.map(({ offset }) => offset), end] };
    }

    it('has the commits that were written whole, wherever in the group the writing stopped', async () => {
      const { log, states, end, ends } = await written(100);
      for (let cut = ends[0]!; cut <= end; cut++) {
        await writeFile(path('cut', FIRST_LOG), Buffer.from(log).fill(0, cut, end));
        const whole = ends.slice(1).findIndex((at) => log.subarray(Math.min(cut, at), at).some((byte) => byte !== 0)); // the zeros at its end are there
        expect(await recovered('cut'), `cut at ${cut}`).to.deep.equal(states.at(whole));
      }
    });

    itSeeded('has a beginning of the group, whichever of its sectors did not make it', async (random) => {
      const { log, states, ends, end } = await written(5000);
      for (let round = 0; round < 150; round++) {
        const torn = Buffer.from(log);
        for (let at = 0; at < end; at += SECTOR)
          if (random() < 0.5) torn.fill(0, Math.max(at, ends[0]!), Math.max(ends[0]!, Math.min(at + SECTOR, end)));
        await writeFile(path('cut', FIRST_LOG), torn);
        const found = await recovered('cut');
        expect(states, `revision ${found.revision}`).to.deep.include(found);
      }
    });
  });

  describe('in the middle of a checkpoint', () => {
    const checkpointing = { checkpointBytes: 2 * SEGMENT };
    let old: string[];
    let made: string;
    let removed: string[];
    let state: { revision: number; shown: string[] };

    /** `before`: an old snapshot and many segments. `after`: the same when a checkpoint was made of it. */
    beforeEach(async () => {
      await using(open('before', checkpointing), async (storage) => {
        await eventually(async () => {
          await fill(storage, 10);
          return (await files('before', 'snapshot')).length > 0;
        });
      });
      await using(open('before'), (storage) => fill(storage, 60));
      state = await using(open('before'), async (storage) => ({ revision: await storage.revision(), shown: await show(storage) }));
      await cp(path('before'), path('after'), { recursive: true });
      await using(open('after', checkpointing), () => eventually(async () => (await files('after', 'log')).length < 4));
      old = await files('before', 'snapshot');
      [made = ''] = await files('after', 'snapshot');
      const left = await files('after', 'log');
      removed = (await files('before', 'log')).filter((name) => !left.includes(name));
      expect(old).to.have.length(1);
      expect(made > old[0]!, `${made} after ${old[0]}`).to.equal(true);
      expect(removed.length).to.be.greaterThan(3);
    });

    async function crashed(spoil: () => Promise<unknown>): Promise<void> {
      await rm(path('crashed'), { recursive: true, force: true });
      await cp(path('before'), path('crashed'), { recursive: true });
      await spoil();
      expect(await recovered('crashed')).to.deep.equal(state);
      expect((await files('crashed', '')).filter((name) => name.endsWith('.tmp'))).to.deep.equal([]);
    }

    it('has everything when the snapshot was not yet whole', async () => {
      const snapshot = await readFile(path('after', made));
      for (const length of [0, 1, 63, 64, 65, 100, snapshot.length - 1, snapshot.length]) {
        await crashed(() => writeFile(path('crashed', `${made}.tmp`), snapshot.subarray(0, length)));
      }
    });

    it('has everything when the snapshot stood, and however many of the old segments were gone', async () => {
      for (let gone = 0; gone <= removed.length; gone++) {
        await crashed(async () => {
          await cp(path('after', made), path('crashed', made));
          for (const name of removed.slice(0, gone)) await rm(path('crashed', name));
        });
      }
    });

    it('has everything when the old snapshot was gone, too', () =>
      crashed(async () => {
        await cp(path('after', made), path('crashed', made));
        for (const name of [...removed, ...old]) await rm(path('crashed', name));
      }));

    it('has everything when the next segment was being made', () =>
      crashed(async () => {
        const last = (await files('crashed', 'log')).at(-1)!;
        const next = `log-${String(Number(last.slice(4)) + 1).padStart(10, '0')}`;
        await writeFile(path('crashed', `${next}.tmp`), Buffer.alloc(SEGMENT / 2));
      }));

    it('goes on in the segment that a full one names, though nothing has been written there', async () => {
      await cp(path('before'), path('crashed'), { recursive: true });
      const scans = await Promise.all((await files('crashed', 'log')).map((name) => scanSegment(path('crashed'), Number(name.slice(4)))));
      const [full, next] = scans.filter(({ records }) => records.length > 0).slice(-2);
      const file = path('crashed', next!.header.name);
      await writeFile(file, (await readFile(file)).fill(0, SEGMENT_HEADER));
      const revision = Math.max(...full!.records.map((record) => record.revision));
      await using(open('crashed'), async (storage) => {
        expect(await storage.revision()).to.equal(revision);
        await storage.commit([put('/large', 'x'.repeat(3 * SEGMENT))]);
      });
      expect((await scanSegment(path('crashed'), full!.header.sequence)).records).to.have.length(full!.records.length);
      expect((await recovered('crashed')).revision).to.equal(revision + 1);
    });

    async function files(name: string, kind: string): Promise<string[]> {
      return (await readdir(path(name))).filter((file) => file.startsWith(kind) && !file.startsWith('lock')).sort();
    }

    async function fill(storage: Storage, commits: number): Promise<void> {
      for (let i = 0; i < commits; i++) await storage.commit([put(`/k${i % 10}`, String(i).padEnd(900))]);
    }
  });

  itSeeded('again and again, with commits under way, goes on in revision from what it has', async (random) => {
    let model = new Map<string, string>();
    let acknowledged = 1;
    for (let life = 0; life < 25; life++) {
      const { states, last } = await using(open(`life-${life}`, life % 2 === 0 ? {} : { checkpointBytes: 3 * SEGMENT }), (storage) =>
        live(storage, life),
      );
      const found = await using(open(`life-${life + 1}`), async (storage) => ({
        revision: await storage.revision(),
        shown: await show(storage),
      }));
      expect(found.revision).to.be.at.least(last);
      model = states.get(found.revision)!;
      expect(found.shown, `life ${life}`).to.deep.equal([...model].map(([key, value]) => `${key}=${value}`).sort());
      acknowledged = found.revision;
      await rm(path(`life-${life}`), { recursive: true });
    }

    /** Commits, and leaves a copy of the files for the next life, as a crash does; gives what each revision would hold. */
    async function live(storage: EmbeddedStorage, life: number) {
      const states = new Map([[acknowledged, new Map(model)]]);
      let last = acknowledged;
      const commits: Promise<Committed>[] = [];
      for (let i = 0; i < 40; i++) {
        const writes = draw();
        states.set(acknowledged + i + 1, new Map(model));
        commits.push(storage.commit(writes));
        if (random() < 0.3) last = (await commits.at(-1)!).revision;
      }
      if (life % 4 === 3) await storage.compact(last);
      if (life % 2 === 0) copyAtOnce(path(`life-${life}`), path(`life-${life + 1}`));
      const revisions = (await Promise.all(commits)).map(({ revision }) => revision);
      expect(revisions).to.deep.equal(revisions.map((_, i) => acknowledged + 1 + i));
      if (life % 2 === 0) return { states, last };
      await storage.stop();
      await cp(path(`life-${life}`), path(`life-${life + 1}`), { recursive: true });
      return { states, last: revisions.at(-1)! };
    }

    /** Some writes, noted in the model. */
    function draw(): Write[] {
      const keys = new Set(Array.from({ length: 1 + drawBelow(random, 3) }, () => `/k${drawBelow(random, 12)}`));
      return [...keys].map((key) => {
        if (model.has(key) && random() < 0.3) {
          model.delete(key);
          return remove(key);
        }
        const value = drawOne(random, ['x', 'ä', '😀']).repeat(drawBelow(random, 200));
        model.set(key, value);
        return put(key, value);
      });
    }
  });
});

/** What a crash at this moment would leave: nothing but the one write that is under way goes on meanwhile. */
function copyAtOnce(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (name) => !/lock|\.tmp$/.test(name) });
}

function put(key: string, value: string): Write {
  return { type: 'put', key, value: Buffer.from(value) };
}

function remove(key: string): Write {
  return { type: 'delete', key };
}

async function show(storage: Storage, revision?: number): Promise<string[]> {
  return (await storage.list('', { revision })).entries.map((entry) => `${entry.key}=${Buffer.from(entry.value).toString()}`).sort();
}
