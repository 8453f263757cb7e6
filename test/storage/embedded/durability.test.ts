import { expect } from 'chai';
import { constants } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { EmbeddedStorage } from '../../../lib/storage/embedded/embedded-storage.js';
import type { Change } from '../../../lib/storage/storage.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const KEY = '/registry/a';

describe('a commit of EmbeddedStorage', () => {
  const directory = temporaryDirectory();
  const put = (storage: EmbeddedStorage, value: string) => storage.commit([{ type: 'put', key: KEY, value: Buffer.from(value) }]);

  it('is seen by nobody before it is on the disk', async () => {
    const storage = new EmbeddedStorage({ directory: directory() });
    await storage.start();
    const seen: Change[] = [];
    const before = await storage.revision();
    storage.watch('/', before).subscribe({ next: (change) => seen.push(change), error: () => undefined });
    const commit = put(storage, '1');
    // All of this comes before the disk can have answered: that takes a turn of the event loop.
    for (let turn = 0; turn < 20; turn++) {
      expect(await storage.get(KEY)).to.equal(undefined);
      expect((await storage.list('/')).entries).to.deep.equal([]);
      expect(await storage.revision()).to.equal(before);
      expect(seen).to.deep.equal([]);
    }
    const { revision } = await commit;
    expect((await storage.get(KEY))?.revision).to.equal(revision);
    expect(seen).to.have.length(1);
    await storage.stop();
  });

  it('is not refused for what is not yet on the disk, before that is', async () => {
    const storage = new EmbeddedStorage({ directory: directory() });
    await storage.start();
    const order: string[] = [];
    const first = put(storage, '1').then(() => order.push('written'));
    const second = storage
      .commit([{ type: 'delete', key: '/registry/absent' }], [{ key: KEY, revision: 0 }])
      .catch(() => order.push('refused'));
    await Promise.all([first, second]);
    expect(order).to.deep.equal(['written', 'refused']);
    await storage.stop();
  });

  it('goes through file descriptors that wait for the disk, in every segment', async function () {
    if (process.platform !== 'linux') this.skip(); // elsewhere each write is followed by a sync
    const storage = new EmbeddedStorage({ directory: directory(), segmentBytes: 8192 });
    await storage.start();
    const logs = new Set<string>();
    for (let i = 0; i < 40; i++) {
      await put(storage, 'x'.repeat(1000));
      for (const { path, flags } of await openFiles(directory())) {
        logs.add(path);
        expect(flags & constants.O_DSYNC, path).to.equal(constants.O_DSYNC);
      }
    }
    expect(logs.size).to.be.greaterThan(2);
    await storage.stop();
    expect(await openFiles(directory())).to.deep.equal([]);
  });
});

/** Log segments that this process has open, by what the kernel says. */
async function openFiles(directory: string): Promise<{ path: string; flags: number }[]> {
  const files = [];
  for (const fd of await readdir('/proc/self/fd')) {
    const path = await readlink(`/proc/self/fd/${fd}`).catch(() => '');
    if (!path.startsWith(directory) || !/log-\d+$/.test(path)) continue;
    const [, flags = ''] = /flags:\s*(\d+)/.exec(await readFile(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    files.push({ path, flags: parseInt(flags, 8) });
  }
  return files;
}
