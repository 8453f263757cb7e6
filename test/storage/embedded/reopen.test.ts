import { expect } from 'chai';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedStorage, type EmbeddedStorageOptions } from '../../../lib/storage/embedded/embedded-storage.js';
import { StorageError } from '../../../lib/storage/storage-error.js';
import type { Change } from '../../../lib/storage/storage.js';
import { eventually } from '../../support/eventually.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const KIB = 1024;

describe('EmbeddedStorage opened again', function () {
  this.timeout(30_000);
  const directory = temporaryDirectory();
  const small = { segmentBytes: 32 * KIB, checkpointBytes: 128 * KIB };
  const data = () => join(directory(), 'a', 'b');

  /** Opens the store, does something, and stops it. */
  async function using<T>(run: (storage: EmbeddedStorage) => Promise<T>, options: Partial<EmbeddedStorageOptions> = {}): Promise<T> {
    const storage = new EmbeddedStorage({ directory: data(), ...options });
    await storage.start();
    try {
      return await run(storage);
    } finally {
      await storage.stop();
    }
  }

  const put = (storage: EmbeddedStorage, key: string, text: string) => storage.commit([{ type: 'put', key, value: Buffer.from(text) }]);

  async function changesSince(storage: EmbeddedStorage, since: number): Promise<Change[] | string> {
    const changes: Change[] = [];
    let failure = '';
    storage
      .watch('/', since)
      .subscribe({ next: (change) => changes.push(change), error: (error: StorageError) => (failure ||= error.code) })
      .unsubscribe();
    return Promise.resolve(failure || changes);
  }

  it('shows the same entries at the same revisions', async () => {
    const before = await using(async (storage) => {
      await put(storage, '/a', '1');
      await put(storage, '/größe/😀', '2');
      await storage.commit([
        { type: 'put', key: '/empty', value: Buffer.alloc(0) },
        { type: 'delete', key: '/a' },
      ]);
      return storage.list('');
    });
    expect(before.entries).to.have.length(2);
    const after = await using((storage) => storage.list(''));
    expect(after).to.deep.equal({ ...before, entries: before.entries.map((entry) => ({ ...entry, value: Buffer.from(entry.value) })) });
  });

  it('goes on in revision, whatever was deleted or compacted', async () => {
    const revision = await using(async (storage) => {
      await put(storage, '/a', '1');
      await storage.commit([{ type: 'delete', key: '/a' }]);
      await storage.compact(await storage.revision());
      return storage.revision();
    });
    await using(async (storage) => {
      expect(await storage.revision()).to.equal(revision);
      expect((await put(storage, '/a', '2')).revision).to.equal(revision + 1);
    });
  });

  it('lets a watch resume from before the restart', async () => {
    const since = await using(async (storage) => (await put(storage, '/a', '1')).revision);
    await using((storage) => put(storage, '/a', '2'));
    await using(async (storage) => {
      await put(storage, '/a', '3');
      const changes = await changesSince(storage, since);
      expect(changes).to.be.an('array');
      expect((changes as Change[]).map((change) => change.revision)).to.deep.equal([since + 1, since + 2]);
    });
  });

  it('remembers what was compacted', async () => {
    const revision = await using(async (storage) => {
      for (let i = 0; i < 5; i++) await put(storage, '/a', String(i));
      const now = await storage.revision();
      await storage.compact(now - 1);
      return now;
    });
    await using(async (storage) => {
      expect(await changesSince(storage, revision - 2)).to.equal('Compacted');
      expect(await changesSince(storage, revision - 1)).to.have.length(1);
    });
  });

  it('cuts its log with snapshots, so that the disk is bounded and a segment of history stays', async () => {
    const total = await using(async (storage) => {
      for (let round = 0; round < 30; round++) {
        await Promise.all(Array.from({ length: 20 }, (_, i) => put(storage, `/k${i}`, `${round}`.padEnd(2 * KIB))));
      }
      await eventually(async () => (await sizeOf(data())) < 512 * KIB);
      return storage.revision();
    }, small);
    await using(async (storage) => {
      expect(await storage.revision()).to.equal(total);
      const { entries } = await storage.list('/k');
      expect(entries.map((entry) => Buffer.from(entry.value).toString().trim())).to.deep.equal(Array<string>(20).fill('29'));
      expect(await changesSince(storage, 1)).to.equal('Compacted');
      expect(await changesSince(storage, total - 5)).to.have.length(5);
    }, small);
  });

  it('grows with its data when those are larger than the log', async () => {
    const names = Array.from({ length: 600 }, (_, i) => `/k${String(i).padStart(4, '0')}`);
    await using((storage) => Promise.all(names.map((name) => put(storage, name, name.padEnd(2 * KIB)))), small);
    await using(async (storage) => {
      await Promise.all(names.slice(0, 300).map((key) => storage.commit([{ type: 'delete', key }])));
    }, small);
    const { entries } = await using((storage) => storage.list('/k'), small);
    expect(entries.map((entry) => entry.key)).to.deep.equal(names.slice(300));
    expect(entries.every((entry) => Buffer.from(entry.value).toString() === entry.key.padEnd(2 * KIB))).to.equal(true);
  });

  it('takes a commit that is larger than a segment', async () => {
    await using(async (storage) => {
      await put(storage, '/small', 'x');
      await put(storage, '/large', 'y'.repeat(500 * KIB));
      await put(storage, '/after', 'z');
    }, small);
    await using(async (storage) => {
      expect((await storage.get('/large'))?.value.length).to.equal(500 * KIB);
      expect(await storage.get('/after')).to.not.equal(undefined);
    }, small);
  });

  it('refuses a commit over its limit, and more waiting than it will hold', async () => {
    await using(
      async (storage) => {
        const codes = await Promise.all(
          [3000, 900, 900, 900].map((size, i) =>
            put(storage, `/k${i}`, 'x'.repeat(size)).then(
              () => 'done',
              (error: StorageError) => error.code,
            ),
          ),
        );
        expect(codes).to.deep.equal(['TooLarge', 'done', 'done', 'Unavailable']);
        await put(storage, '/k4', 'x'.repeat(900));
      },
      { maxCommitBytes: 2000, maxPendingBytes: 2000 },
    );
  });

  it('can be started again after a stop', async () => {
    const storage = new EmbeddedStorage({ directory: data() });
    await storage.start();
    await put(storage, '/a', '1');
    await storage.stop();
    await storage.start();
    expect(await storage.get('/a')).to.not.equal(undefined);
    await storage.stop();
  });

  it('removes files that the last process left unfinished', async () => {
    await using((storage) => put(storage, '/a', '1'));
    for (const name of ['log-0000000009.tmp', 'snapshot-0000000000000009.tmp', 'lock.1.tmp']) await writeFile(join(data(), name), 'half');
    await using(async (storage) => expect(await storage.get('/a')).to.not.equal(undefined));
    expect((await readdir(data())).filter((name) => name.endsWith('.tmp'))).to.deep.equal([]);
  });

  it('says when the directory cannot be one', async () => {
    await mkdir(join(directory(), 'a'));
    await writeFile(data(), 'a file');
    const storage = new EmbeddedStorage({ directory: data() });
    const error: unknown = await storage.start().catch((reason: unknown) => reason);
    expect(StorageError.is(error, 'Unavailable'), String(error)).to.equal(true);
    await storage.stop();
  });

  it('keeps others out of its files', async () => {
    await using((storage) => put(storage, '/a', '1'));
    expect((await stat(data())).mode & 0o777).to.equal(0o700);
    for (const name of await readdir(data())) expect((await stat(join(data(), name))).mode & 0o777, name).to.equal(0o600);
  });
});

async function sizeOf(path: string): Promise<number> {
  const sizes = await Promise.all(
    (await readdir(path)).map(async (name) => (await stat(join(path, name)).catch(() => ({ size: 0 }))).size),
  );
  return sizes.reduce((a, b) => a + b, 0);
}
