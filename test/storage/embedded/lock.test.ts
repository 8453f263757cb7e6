import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedStorage } from '../../../lib/storage/embedded/embedded-storage.js';
import { StorageError } from '../../../lib/storage/storage-error.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { WriterProcess } from './writer-process.js';

describe('the lock of EmbeddedStorage', function () {
  this.timeout(20_000);
  const directory = temporaryDirectory();
  const open = () => new EmbeddedStorage({ directory: directory() });
  const locks = async () => (await readdir(directory())).filter((name) => name.startsWith('lock'));

  async function refusal(storage: EmbeddedStorage): Promise<StorageError> {
    const error: unknown = await storage.start().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!StorageError.is(error, 'Unavailable')) throw new Error(`expected a refusal, got ${String(error)}`);
    return error;
  }

  it('refuses a second process and names the holder’s pid', async () => {
    const writer = new WriterProcess(directory());
    await writer.wrote(5);
    expect((await refusal(open())).message).to.include(`pid ${writer.child.pid}`);
    const before = writer.acknowledged.length;
    await writer.wrote(before + 5);
    await writer.kill();
  });

  it('takes over from a process that was killed', async () => {
    const writer = new WriterProcess(directory());
    await writer.wrote(5);
    await writer.kill();
    expect((await locks()).map(pidOf)).to.deep.equal([writer.child.pid]);
    const storage = open();
    await storage.start();
    expect((await locks()).map(pidOf)).to.deep.equal([process.pid]);
    await storage.stop();
    expect(await locks()).to.deep.equal([]);
  });

  it('refuses a second store of the same process, until the first one stops', async () => {
    const first = open();
    await first.start();
    expect((await refusal(open())).message).to.include(`pid ${process.pid}`);
    await first.commit([{ type: 'put', key: '/a', value: Buffer.from('1') }]);
    await first.stop();
    const third = open();
    await third.start();
    expect(await third.get('/a')).to.not.equal(undefined);
    await third.stop();
  });

  it('lets one of many in that start at once', async () => {
    const all = Array.from({ length: 8 }, open);
    const results = await Promise.allSettled(all.map((storage) => storage.start()));
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    await Promise.all(all.map((storage) => storage.stop()));
    expect(await locks()).to.deep.equal([]);
  });

  describe('left behind', () => {
    const boot = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    const started = (pid: number) => {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    };

    before(function () {
      if (process.platform !== 'linux') this.skip(); // start times are told by /proc alone
    });

    async function takesOverFrom(...names: string[]): Promise<void> {
      for (const name of names) await writeFile(join(directory(), name), '');
      const storage = open();
      await storage.start();
      expect((await locks()).map(pidOf)).to.deep.equal([process.pid]);
      await storage.stop();
    }

    it('does not count when a living process has the pid of the dead holder', () => takesOverFrom(`lock.${process.ppid}.1.${boot()}`));

    it('does not count when this process has the pid of the dead holder', () => takesOverFrom(`lock.${process.pid}.1.${boot()}`));

    it('does not count when the machine was started anew since', () =>
      takesOverFrom(`lock.${process.ppid}.${started(process.ppid)}.0a0b0c0d`));

    it('counts when its process is alive', async () => {
      const name = `lock.${process.ppid}.${started(process.ppid)}.${boot()}`;
      await writeFile(join(directory(), name), '');
      expect((await refusal(open())).message).to.include(`pid ${process.ppid}`);
      expect(await locks()).to.deep.equal([name]);
    });
  });
});

function pidOf(lock: string): number {
  return Number(lock.split('.')[1]);
}
