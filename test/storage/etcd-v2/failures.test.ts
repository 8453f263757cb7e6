import { expect } from 'chai';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { EtcdV2Storage } from '../../../lib/storage/etcd-v2/index.js';
import { StorageError } from '../../../lib/storage/storage-error.js';
import { failsWith, numbered, type StorageBed, textOf } from '../../../lib/testing/storage/storage-bed.js';
import { Etcd, etcdNeed, useEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { LossyProxy } from './lossy-proxy.js';
import { curl, urls, useBeds } from './v2-bed.js';

needs(etcdNeed, () => {
  describe('EtcdV2Storage when things fail', function () {
    this.timeout(30_000);

    describe('with one member', () => {
      const etcd = useEtcd();
      const start = useBeds(etcd);
      const proxies: LossyProxy[] = [];
      afterEach(async () => {
        for (const proxy of proxies.splice(0)) await proxy.stop();
      });

      async function proxied(): Promise<LossyProxy> {
        const proxy = await new LossyProxy(etcd.endpoints[0]!).start();
        proxies.push(proxy);
        return proxy;
      }

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
        const bed = await start({ requestTimeout: 300 });
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

      it('never sends a write again that may have landed', async () => {
        const proxy = await proxied();
        const bed = await start({ endpoints: [proxy.url, ...urls(etcd)] });
        await bed.put('a', '0');
        proxy.losesAnswers = true;
        const { writes } = proxy;
        await failsWith('Unknown', bed.put('a', '1', bed.at('a', (await bed.get('a'))!.revision)));
        expect(proxy.writes).to.equal(writes + 1);
        const landed = (await bed.get('a'))!;
        expect(textOf(landed)).to.equal('1');
        const next = await bed.put('a', '2', bed.at('a', landed.revision)); // by the other endpoint
        expect(next.revision).to.equal(landed.revision + 1);
        expect(proxy.writes).to.equal(writes + 1);
      });

      it('says Unavailable when nothing can have been written, as the steps of a move change no key', async () => {
        const proxy = await proxied();
        const bed = await start({ endpoints: [proxy.url] });
        const parent = await bed.create('p', 'value');
        proxy.losesAnswers = true;
        const children = await Promise.allSettled([bed.create('p/a', ''), bed.create('p/b', '')]);
        proxy.losesAnswers = false;
        for (const child of children) expect(child).to.have.nested.property('reason.code').that.is.oneOf(['Unavailable', 'Unknown']);
        expect(await bed.get('p')).to.deep.equal(parent);
        await bed.put('p/a', '');
        await bed.put('p/b', '');
        expect(bed.show(await bed.storage.list(bed.prefix))).to.deep.equal(['p=value', 'p/a=', 'p/b=']);
      });

      it('keeps its watches over lost connections, without a gap and without a double', async () => {
        const proxy = await proxied();
        const bed = await start({ endpoints: [proxy.url] });
        const writer = await start();
        const since = await bed.storage.revision();
        const log = writer.record(writer.storage.watch(writer.prefix, since));
        const recorder = bed.record(bed.storage.watch(writer.prefix, since));
        for (let round = 0; round < 10; round++) {
          const writing = writer.fill(numbered(60, `r${round}-`));
          proxy.cut();
          await writing;
        }
        await log.take(600);
        await recorder.take(600);
        expect(recorder.events).to.deep.equal(log.events);
      });

      it('keeps a quiet watch while there are more than 1,000 events elsewhere, and over a lost connection after that', async () => {
        const proxy = await proxied();
        const bed = await start({ endpoints: [proxy.url] });
        const other = await start();
        const recorder = bed.watch(await bed.storage.revision());
        await other.fill(numbered(1500));
        proxy.cut();
        await other.put('more', '');
        await eventually(() => bed.put('a', ''));
        expect(await recorder.take(1)).to.deep.equal(['+a=']);
      });

      it('keeps a quiet watch while there are more than 1,000 events that no watch shows, and tells how far it has come', async () => {
        const proxy = await proxied();
        const bed = await start({ endpoints: [proxy.url], requestTimeout: 200 });
        const recorder = bed.watch(await bed.storage.revision(), { progressEvery: 20 });
        for (let i = 0; i < 1100; i += 50) {
          await Promise.all(Array.from({ length: 50 }, (_, j) => curl(etcd, `/_hidden/${i + j}`, 'PUT', { value: '' })));
        }
        const revision = await bed.storage.revision();
        await recorder.until(() => recorder.changes.at(-1)!.revision >= revision);
        proxy.cut();
        await eventually(() => bed.put('a', ''));
        expect(await recorder.take(1)).to.deep.equal(['+a=']);
      });

      it('ends a watch from more than 1,000 events ago with Compacted, and a watch that was cut off for as long', async () => {
        const proxy = await proxied();
        const bed = await start({ endpoints: [proxy.url] });
        const other = await start();
        const since = await bed.storage.revision();
        const recorder = bed.watch(since);
        proxy.refuses = true;
        proxy.cut();
        await other.fill(numbered(1200));
        proxy.refuses = false;
        await recorder.failsWith('Compacted');
        const late = await start();
        await late.watch(since).failsWith('Compacted');
        await failsWith('Compacted', late.storage.list(late.prefix, { revision: since }));
        const log = other.record(other.storage.watch(other.prefix, since)); // has seen it all
        await log.take(1200);
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

      it('ends all watches with Compacted when an event comes after it was thought not to exist', async () => {
        const proxy = await proxied();
        const bed = await start({ endpoints: [proxy.url] });
        const other = await start();
        const recorder = bed.watch(await bed.storage.revision(), { progressEvery: 20 });
        proxy.refuses = true;
        proxy.cut();
        const { revision } = await other.put('a', '');
        proxy.hold();
        proxy.refuses = false;
        await recorder.until(() => (recorder.changes.at(-1)?.revision ?? 0) >= revision);
        expect(recorder.events).to.deep.equal([]);
        proxy.release();
        await recorder.failsWith('Compacted');
      });

      it('ends all watches with Compacted when the store is replaced by another', async () => {
        const proxy = await proxied();
        const bed = await start({ endpoints: [proxy.url] });
        const recorder = bed.watch(await bed.storage.revision());
        await bed.fill(numbered(20));
        await recorder.take(20);
        const replacement = new Etcd();
        await replacement.start();
        try {
          proxy.target = replacement.endpoints[0]!;
          proxy.cut();
          await recorder.failsWith('Compacted');
          const anew = bed.watch(await eventually(() => bed.storage.revision()));
          await bed.put('a', '');
          expect(await anew.take(1)).to.deep.equal(['+a=']);
        } finally {
          await replacement.stop();
        }
      });

      it('does not start when etcd is out of reach, and starts when it is back', async () => {
        const proxy = await proxied();
        proxy.refuses = true;
        const storage = new EtcdV2Storage({ endpoints: [proxy.url] });
        await failsWith('Unavailable', storage.start());
        await storage.stop();
        proxy.refuses = false;
        await storage.start();
        expect(await storage.revision()).to.be.greaterThan(0);
        await storage.stop();
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
        const bed = await start({ requestTimeout: 500 });
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
        const bed = await start({ requestTimeout: 500 });
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
