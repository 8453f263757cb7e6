import { expect } from 'chai';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { EtcdV2Storage } from '../../../lib/storage/etcd-v2/index.js';
import { StorageError } from '../../../lib/storage/storage-error.js';
import { failsWith, numbered, type StorageBed, textOf } from '../../../lib/testing/storage/storage-bed.js';
import { etcdNeed, useEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { urls, useBeds } from './v2-bed.js';

needs(etcdNeed, () => {
  describe('EtcdV2Storage when etcd fails', function () {
    this.timeout(30_000);

    describe('with one member', () => {
      const etcd = useEtcd();
      const start = useBeds(etcd);

      it('goes on after etcd was killed and started again: what was acknowledged is there, a watch has no gap and no double', async () => {
        const [member] = etcd.members;
        const bed = await start({ requestTimeout: 1000 });
        const recorder = bed.watch(await bed.storage.revision());
        const acknowledged: string[] = [];
        const unknown: string[] = [];
        for (let round = 0; round < 3; round++) {
          const writing = writeOn(bed, `r${round}-`, acknowledged, unknown);
          const { length } = acknowledged;
          await eventually(() => acknowledged.length > length + 50);
          await member!.signal('SIGKILL');
          await writing;
          await etcd.launch(member!);
          await etcd.ready();
        }
        await eventually(() => bed.put('last', ''), { timeout: 20_000 });
        await recorder.until(() => recorder.shown.includes('+last='));
        const names = new Set(bed.show(await bed.storage.list(bed.prefix)).map((shown) => shown.split('=')[0]!));
        expect(acknowledged.filter((name) => !names.has(name))).to.deep.equal([]);
        const seen = recorder.shown.map((shown) => shown.slice(1).split('=')[0]!);
        expect(seen).to.have.lengthOf(names.size);
        expect(new Set(seen)).to.deep.equal(names);
        expect(seen.filter((name) => !acknowledged.includes(name) && !unknown.includes(name))).to.deep.equal(['last']);
      });

      it('says Unknown of a write whose answer does not come, and serves again when etcd goes on', async () => {
        const [member] = etcd.members;
        const bed = await start({ requestTimeout: 1000 });
        const recorder = bed.watch(await bed.storage.revision());
        await bed.create('a', '1');
        await member!.signal('SIGSTOP');
        try {
          await failsWith('Unknown', bed.create('b', '1'));
          await failsWith('Unavailable', bed.get('a'));
          await failsWith('Unavailable', bed.storage.list(bed.prefix));
        } finally {
          await member!.signal('SIGCONT');
        }
        await eventually(async () => expect(textOf(await bed.get('b'))).to.equal('1'));
        await eventually(() => bed.put('c', '1'));
        await recorder.until(() => recorder.shown.includes('+c=1'));
        expect(recorder.shown).to.deep.equal(['+a=1', '+b=1', '+c=1']);
      });

      it('lets commits under way finish when it stops', async () => {
        const bed = await start();
        const commits = numbered(50).map((name) => bed.put(name, ''));
        await bed.storage.stop();
        await Promise.all(commits);
      });

      it('serves a watch from within the last 1,000 events to a process that has not seen them', async () => {
        const bed = await start();
        const since = await bed.storage.revision();
        await bed.fill(numbered(900));
        const log = bed.watch(since);
        await log.take(900);
        const late = await start();
        const recorder = late.record(late.storage.watch(bed.prefix, since));
        await recorder.take(900);
        expect(recorder.events).to.deep.equal(log.events);
        const middle = log.events[450]!.revision;
        expect((await late.storage.list(bed.prefix, { revision: middle })).entries).to.have.lengthOf(451);
      });

      it('ends a watch from too long ago, and not another that begins at the same time', async () => {
        const bed = await start();
        const long = await bed.storage.revision();
        await bed.fill(numbered(1100));
        const since = await bed.storage.revision();
        await bed.fill(numbered(50, 'b'));
        const late = await start();
        const [compacted, kept] = [long, since].map((revision) => late.record(late.storage.watch(bed.prefix, revision)));
        await compacted!.failsWith('Compacted');
        await kept!.take(50);
      });

      it('is refused by what is no etcd of the second version', async () => {
        const web = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi')).listen(
          0,
          '127.0.0.1',
        );
        await once(web, 'listening');
        try {
          const { port } = web.address() as { port: number };
          const error = await failsWith('Unsupported', new EtcdV2Storage({ endpoints: [`http://127.0.0.1:${port}`] }).start());
          expect(error.message).to.contain('--enable-v2=true');
        } finally {
          web.close();
        }
      });
    });

    describe('with three members', () => {
      const etcd = useEtcd({ members: 3 });
      const start = useBeds(etcd);

      it('uses the next endpoint when the first is down', async () => {
        const [first] = etcd.members;
        await first!.signal('SIGKILL');
        const bed = await start({ requestTimeout: 1000 });
        const recorder = bed.watch(await bed.storage.revision());
        await bed.create('a', '');
        await etcd.launch(first!);
        await etcd.ready();
        expect(await recorder.take(1)).to.deep.equal(['+a=']);
      });

      it('goes on with its watches by the next endpoint when the first stands still', async () => {
        const [first] = etcd.members;
        const bed = await start({ requestTimeout: 1000 });
        const other = await start({ endpoints: urls(etcd).slice(1) });
        const recorder = bed.record(bed.storage.watch(other.prefix, await bed.storage.revision()));
        await first!.signal('SIGSTOP');
        try {
          await eventually(() => other.put('a', ''), { timeout: 15_000 });
          await recorder.until(() => recorder.events.length > 0);
        } finally {
          await first!.signal('SIGCONT');
        }
      });

      it('goes on without the leader, whether it is killed or stands still', async () => {
        const bed = await start({ requestTimeout: 1000 });
        const recorder = bed.watch(await bed.storage.revision());
        const leader = await etcd.leader();
        await leader.signal('SIGSTOP');
        await eventually(() => bed.put('a', ''), { timeout: 15_000 });
        await recorder.until(() => recorder.shown.includes('+a='));
        await leader.signal('SIGCONT');
        await etcd.ready();
        const next = await etcd.leader();
        await next.signal('SIGKILL');
        await eventually(() => bed.put('b', ''), { timeout: 15_000 });
        await recorder.until(() => recorder.shown.includes('+b='));
        await etcd.launch(next);
        await etcd.ready();
        expect(new Set(recorder.shown)).to.deep.equal(new Set(['+a=', '+b=']));
      });
    });
  });
});

/** Writes one name after the other until etcd fails, and keeps book. */
async function writeOn(bed: StorageBed, letter: string, acknowledged: string[], unknown: string[]): Promise<void> {
  for (let i = 0; ; i++) {
    const name = `${letter}${i}`;
    try {
      await bed.create(name, '');
      acknowledged.push(name);
    } catch (error) {
      if (StorageError.is(error, 'Unknown')) unknown.push(name);
      else if (!StorageError.is(error, 'Unavailable')) throw error;
      return;
    }
  }
}
