import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { openSync, closeSync, writeSync } from 'node:fs';
import { readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedStorage } from '../../../lib/storage/embedded/embedded-storage.js';
import { StorageError } from '../../../lib/storage/storage-error.js';
import type { Change } from '../../../lib/storage/storage.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const MAY_MOUNT = process.platform === 'linux' && process.getuid?.() === 0;
const KIB = 1024;

describe('EmbeddedStorage on a full disk', function () {
  this.timeout(30_000);
  if (!MAY_MOUNT) {
    it.skip('fails with Full and recovers (skipped: only root on Linux can mount a small tmpfs)');
    return;
  }
  afterEach(() => execFileSync('umount', ['-l', disk()])); // before the directory goes, hence declared before it
  const disk = temporaryDirectory();
  beforeEach(() => execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'kubelib-test', disk()]));

  const open = () => new EmbeddedStorage({ directory: join(disk(), 'data'), segmentBytes: 512 * KIB, checkpointBytes: 8192 * KIB });
  const value = (text: string) => Buffer.from(text.padEnd(20 * KIB));
  const put = (storage: EmbeddedStorage, name: string) => storage.commit([{ type: 'put', key: `/k/${name}`, value: value(name) }]);
  const ballast = () => join(disk(), 'ballast');

  /** Takes what is left of the disk. */
  function fillUp(): void {
    const file = openSync(ballast(), 'a');
    for (let size = 256 * KIB; size >= 4 * KIB;) {
      try {
        writeSync(file, Buffer.alloc(size, 1));
      } catch {
        size /= 2; // finer and finer, until not a page is left
      }
    }
    closeSync(file);
  }

  async function codeOf(call: Promise<unknown>): Promise<string> {
    return call.then(
      () => 'done',
      (error: unknown) => (StorageError.is(error) ? error.code : String(error)),
    );
  }

  /** Writes until the disk is full; gives what was acknowledged. */
  async function writeUntilFull(storage: EmbeddedStorage): Promise<string[]> {
    const acknowledged: string[] = [];
    for (let round = 0; ; round++) {
      const names = Array.from({ length: 8 }, (_, i) => `${round}-${i}`);
      const codes = await Promise.all(names.map((name) => codeOf(put(storage, name))));
      acknowledged.push(...names.filter((_, i) => codes[i] === 'done'));
      if (codes.includes('done') && new Set(codes).size === 1) continue;
      expect(new Set(codes.filter((code) => code !== 'done'))).to.deep.equal(new Set(['Full']));
      return acknowledged;
    }
  }

  it('fails writes with Full, reads on, loses nothing acknowledged, and recovers when space returns', async () => {
    const storage = open();
    await storage.start();
    const changes: Change[] = [];
    storage.watch('/k/', await storage.revision()).subscribe({ next: (change) => changes.push(change), error: () => {} });
    fillUp();
    const acknowledged = await writeUntilFull(storage);
    expect(acknowledged).to.not.be.empty;
    const revision = await storage.revision();
    expect(await codeOf(put(storage, 'more'))).to.equal('Full');
    expect(await codeOf(storage.commit([{ type: 'delete', key: '/k/absent' }]))).to.equal('NotFound');

    const keys = (await storage.list('/k/')).entries.map((entry) => entry.key);
    expect(keys).to.have.members(acknowledged.map((name) => `/k/${name}`));
    expect(await storage.revision(), 'what failed took no revision').to.equal(revision);
    expect(changes).to.have.length(acknowledged.length);

    await rm(ballast());
    await put(storage, 'after');
    expect(await storage.revision()).to.equal(revision + 1);
    await storage.stop();

    const again = open();
    await again.start();
    const stored = (await again.list('/k/')).entries.map((entry) => entry.key);
    expect(stored).to.have.members([...acknowledged, 'after'].map((name) => `/k/${name}`));
    await again.stop();
  });

  it('opens and reads on a full disk', async () => {
    const storage = open();
    await storage.start();
    await put(storage, 'a');
    await storage.stop();
    fillUp();
    const again = open();
    await again.start();
    expect(await again.get('/k/a')).to.not.equal(undefined);
    await again.stop();
  });

  it('does not begin a new store on a full disk, and leaves nothing of it', async () => {
    fillUp();
    const storage = open();
    expect(await codeOf(storage.start())).to.equal('Full');
    await storage.stop();
    expect(await readdir(join(disk(), 'data'))).to.deep.equal([]);
    await rm(ballast());
    await storage.start();
    await put(storage, 'a');
    await storage.stop();
  });

  it('says Unknown when it cannot tell what became of a write, refuses to go on, and is sound after a restart', async () => {
    const storage = open();
    await storage.start();
    await put(storage, 'a');
    const [log] = (await readdir(join(disk(), 'data'))).filter((name) => name.startsWith('log'));
    const file = join(disk(), 'data', log!);
    await truncate(file, 24 * KIB); // behind its back: from here on the file needs space again
    await truncate(file, 512 * KIB);
    fillUp();
    expect(await codeOf(put(storage, 'b'))).to.equal('Unknown');
    await rm(ballast());
    expect(await codeOf(put(storage, 'c'))).to.equal('Unavailable');
    expect(await storage.get('/k/a')).to.not.equal(undefined);
    expect(await storage.get('/k/b')).to.equal(undefined);
    await storage.stop();
    const again = open();
    await again.start();
    expect(await again.get('/k/a')).to.not.equal(undefined);
    await put(again, 'd');
    await again.stop();
  });
});
