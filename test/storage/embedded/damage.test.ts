import { expect } from 'chai';
import { copyFile, cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedStorage } from '../../../lib/storage/embedded/embedded-storage.js';
import { recordBytes } from '../../../lib/storage/embedded/record.js';
import { scanSegment } from '../../../lib/storage/embedded/segment-scan.js';
import { StorageError } from '../../../lib/storage/storage-error.js';
import { eventually } from '../../support/eventually.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const SEGMENT = 8192;
const LOG = 'log-0000000001';

describe('EmbeddedStorage with damaged files', function () {
  this.timeout(60_000);
  const root = temporaryDirectory();
  const path = (name: string) => join(root(), name);

  const open = (name: string) => new EmbeddedStorage({ directory: path(name), segmentBytes: SEGMENT, checkpointBytes: 3 * SEGMENT });
  const put = (storage: EmbeddedStorage, name: string, value = name) =>
    storage.commit([{ type: 'put', key: `/k/${name}`, value: Buffer.from(value) }]);

  async function contents(name: string): Promise<string[]> {
    const storage = open(name);
    await storage.start();
    try {
      return (await storage.list('/k/')).entries.map((entry) => `${entry.key}=${Buffer.from(entry.value).toString()}`);
    } finally {
      await storage.stop();
    }
  }

  async function refusal(name: string): Promise<StorageError | undefined> {
    const error: unknown = await contents(name).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error === undefined || StorageError.is(error, 'Corrupt')) return error;
    throw error as Error;
  }

  /** A store that was not stopped in order: a copy of its files, made while it ran. */
  async function interrupted(write: (storage: EmbeddedStorage) => Promise<unknown>): Promise<Buffer> {
    const storage = open('running');
    await storage.start();
    await write(storage);
    await mkdir(path('cut'));
    await copyFile(join(path('running'), LOG), join(path('cut'), LOG));
    await storage.stop();
    return readFile(join(path('cut'), LOG));
  }

  it('leaves out a record that was cut off, at whichever of its bytes, and goes on from there', async () => {
    const log = await interrupted(async (storage) => {
      for (const name of ['a', 'b', 'c']) await put(storage, name);
    });
    const { records, end } = await scanSegment(path('cut'), 1);
    const { offset } = records.at(-1)!;
    for (let cut = offset; cut <= end; cut++) {
      const torn = Buffer.from(log).fill(0, cut, end);
      await writeFile(join(path('cut'), LOG), torn);
      const whole = torn.equals(log);
      const storage = open('cut');
      await storage.start();
      expect(await storage.get('/k/c').then(Boolean), `cut at ${cut}`).to.equal(whole);
      expect(await storage.revision()).to.equal(whole ? 4 : 3);
      await put(storage, 'd');
      await storage.stop();
      expect(await contents('cut')).to.deep.equal(['/k/a=a', '/k/b=b', ...(whole ? ['/k/c=c'] : []), '/k/d=d']);
    }
  });

  it('leaves out a whole group of which some pages are missing', async () => {
    const log = await interrupted(async (storage) => {
      await put(storage, 'a');
      await Promise.all(['b', 'c', 'd'].map((name) => put(storage, name)));
    });
    const { records } = await scanSegment(path('cut'), 1);
    expect(new Set(records.slice(1).map((record) => record.group)).size).to.equal(1);
    const { offset } = records[1]!;
    await writeFile(join(path('cut'), LOG), Buffer.from(log).fill(0, offset, offset + 8));
    expect(await contents('cut')).to.deep.equal(['/k/a=a']);
    expect(await contents('cut'), 'and does not find its rest later').to.deep.equal(['/k/a=a']);
  });

  it('does not bring back a part of a cut-off group when new records come to stand before it', async () => {
    const log = await interrupted(async (storage) => {
      await put(storage, 'a');
      await Promise.all(['b', 'c'].map((name) => put(storage, name)));
    });
    const { offset } = (await scanSegment(path('cut'), 1)).records[1]!;
    await writeFile(join(path('cut'), LOG), Buffer.from(log).fill(0, offset, offset + 8));
    const storage = open('cut');
    await storage.start();
    await put(storage, 'd'); // as long as b was: what follows would fit, byte for byte
    await cp(path('cut'), path('again'), { recursive: true, filter: (name) => !name.includes('lock') });
    await storage.stop();
    expect(await contents('again')).to.deep.equal(['/k/a=a', '/k/d=d']);
  });

  it('refuses a flipped bit in any byte of a log that was closed in order', async () => {
    const storage = open('store');
    await storage.start();
    for (const name of ['a', 'b']) await put(storage, name);
    await storage.compact(2);
    await storage.commit([{ type: 'delete', key: '/k/a' }]);
    await storage.stop();
    const file = join(path('store'), LOG);
    const log = await readFile(file);
    const { records } = await scanSegment(path('store'), 1);
    const close = records.at(-1)!;
    expect(records.map((record) => record.kind)).to.deep.equal(['commit', 'commit', 'compact', 'commit', 'close']);
    for (let at = 0; at < close.offset + recordBytes(0); at++) {
      const damaged = Buffer.from(log);
      damaged[at]! ^= 1 << (at % 8);
      await writeFile(file, damaged);
      const error = await refusal('store');
      if (at < close.offset) {
        expect(error?.message, `byte ${at}`).to.include(file);
        expect(error?.message, `byte ${at}`).to.match(/at byte \d+/);
      } else {
        expect(error, `byte ${at}, of the mark that says the store was closed`).to.equal(undefined);
        await writeFile(file, log);
        expect(await contents('store')).to.deep.equal(['/k/b=b']);
      }
      await writeFile(file, log);
    }
  });

  /** A store with a snapshot and several segments. */
  async function grown(): Promise<{ snapshot: string; segments: string[] }> {
    const storage = open('store');
    await storage.start();
    const fill = async () => {
      for (let i = 0; i < 12; i++) await put(storage, `k${i}`, 'x'.repeat(600));
    };
    const names = async () => (await readdir(path('store'))).sort();
    await eventually(async () => {
      await fill();
      return (await names()).some((name) => /^snapshot-\d+$/.test(name));
    });
    await fill();
    await storage.stop();
    const files = await names();
    return {
      snapshot: files.filter((name) => name.startsWith('snapshot')).at(-1)!,
      segments: files.filter((name) => name.startsWith('log')),
    };
  }

  it('refuses a flipped bit in any part of a snapshot', async () => {
    const { snapshot } = await grown();
    const file = join(path('store'), snapshot);
    const good = await readFile(file);
    for (let at = 0; at < good.length; at += at < 200 ? 1 : 97) {
      const damaged = Buffer.from(good);
      damaged[at]! ^= 0x10;
      await writeFile(file, damaged);
      expect((await refusal('store'))?.message, `byte ${at}`).to.match(new RegExp(`${snapshot} is damaged at byte \\d+`));
    }
    await writeFile(file, good);
    expect(await contents('store')).to.have.length(12);
  });

  it('refuses a flipped bit in every segment of the log', async () => {
    const { segments } = await grown();
    const used: string[] = [];
    for (const name of segments) {
      const file = join(path('store'), name);
      const good = await readFile(file);
      const { records, end } = await scanSegment(path('store'), Number(name.slice(4)));
      if (records.length < 2) continue;
      used.push(name);
      for (let at = 32; at < end - recordBytes(0); at += 211) {
        const damaged = Buffer.from(good);
        damaged[at]! ^= 0x04;
        await writeFile(file, damaged);
        expect((await refusal('store'))?.message, `byte ${at} of ${name}`).to.include(`${name} is damaged at byte`);
      }
      await writeFile(file, good);
    }
    expect(used.length).to.be.greaterThan(1);
    expect(await contents('store')).to.have.length(12);
  });

  /** Those that have records. */
  async function used(segments: readonly string[]): Promise<string[]> {
    const scans = await Promise.all(segments.map((name) => scanSegment(path('store'), Number(name.slice(4)))));
    return segments.filter((_, i) => scans[i]!.records.length > 0);
  }

  it('refuses to open without one of its files, whichever, and with one that was cut short', async () => {
    const { snapshot, segments } = await grown();
    const sample = async (spoil: (directory: string) => Promise<unknown>) => {
      await rm(path('sample'), { recursive: true, force: true });
      await cp(path('store'), path('sample'), { recursive: true });
      await spoil(path('sample'));
      return (await refusal('sample'))?.message;
    };
    expect(await sample((at) => rm(join(at, snapshot)))).to.match(/log-\d+ is damaged/);
    expect(await sample((at) => truncate(join(at, snapshot), 1000))).to.include(snapshot);
    expect(await sample((at) => truncate(join(at, snapshot), 0))).to.include(snapshot);
    expect(await sample((at) => rm(join(at, segments[0]!)))).to.include(segments[0]);
    expect(await sample((at) => truncate(join(at, segments[0]!), 100))).to.include(segments[0]);
    expect(await sample((at) => writeFile(join(at, segments[0]!), ''))).to.include(segments[0]);
    const emptied = async (at: string) => {
      const bytes = await readFile(join(at, segments[0]!));
      await writeFile(join(at, segments[0]!), bytes.fill(0, 32));
    };
    expect(await sample(emptied), 'a segment that lost all of its records').to.match(
      /log-\d+ is damaged at byte 32: revision \d+ follows \d+/,
    );
    for (const name of await used(segments)) {
      const newer = segments.slice(segments.indexOf(name));
      expect(await sample((at) => rm(join(at, name))), name).to.include(name);
      expect(await sample((at) => Promise.all(newer.map((one) => rm(join(at, one))))), `${name} and newer ones`).to.include(name);
    }
    expect(await sample((at) => Promise.all(segments.map((name) => rm(join(at, name)))))).to.include('missing');
    expect(await sample(() => Promise.resolve())).to.equal(undefined);
  });

  it('holds nothing after it has refused to start', async () => {
    const { snapshot } = await grown();
    const file = join(path('store'), snapshot);
    const good = await readFile(file);
    await writeFile(file, 'not a snapshot');
    expect((await refusal('store'))?.message).to.include(snapshot);
    expect((await readdir(path('store'))).filter((name) => name.startsWith('lock'))).to.deep.equal([]);
    await writeFile(file, good);
    expect(await contents('store')).to.have.length(12);
  });
});
