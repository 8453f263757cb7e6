import { expect } from 'chai';
import { EtcdV2Storage } from '../../../lib/storage/etcd-v2/index.js';
import { failsWith, numbered, type StorageBed, textOf } from '../../../lib/testing/storage/storage-bed.js';
import { Etcd, etcdNeed, useEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { LossyProxy } from './lossy-proxy.js';
import { curl, urls, useBeds } from './v2-bed.js';

needs(etcdNeed, () => {
  describe('EtcdV2Storage when connections fail', function () {
    this.timeout(30_000);
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

    it('never sends a write again that may have landed', async () => {
      const proxy = await proxied();
      const bed = await start({ endpoints: [proxy.url, ...urls(etcd)] });
      await bed.put('a', '0');
      proxy.loses = /^PUT/;
      const { writes } = proxy;
      await failsWith('Unknown', bed.put('a', '1', bed.at('a', (await bed.get('a'))!.revision)));
      expect(proxy.writes).to.equal(writes + 1);
      const landed = (await bed.get('a'))!;
      expect(textOf(landed)).to.equal('1');
      const next = await bed.put('a', '2', bed.at('a', landed.revision)); // by the other endpoint
      expect(next.revision).to.equal(landed.revision + 1);
      expect(proxy.writes).to.equal(writes + 1);
    });

    it('says Unavailable when the answer to a step of a move is lost, as that changes no key', async () => {
      const proxy = await proxied();
      const bed = await start({ endpoints: [proxy.url] });
      const parent = await bed.create('p', 'value');
      for (const step of [/^PUT .*\/p\?prevIndex/, /^PUT .*\/p%25\?/, /^PUT .*\/p\?dir/]) {
        proxy.loses = step;
        await failsWith('Unavailable', bed.create('p/a', ''));
        expect(await bed.get('p')).to.deep.equal(parent);
      }
      proxy.loses = /(?!)/;
      await bed.create('p/a', '');
      expect(bed.show(await bed.storage.list(bed.prefix))).to.deep.equal(['p=value', 'p/a=']);
    });

    for (const [what, change, left] of [
      ['updated', (bed: StorageBed) => bed.put('p', 'newer'), ['p=newer', 'p/a=', 'p/b=']],
      ['deleted', (bed: StorageBed) => bed.remove('p'), ['p/a=', 'p/b=']],
    ] as const) {
      it(`does not bring back what a moved key was before it was ${what}, when one who moves it is late`, async () => {
        const proxy = await proxied();
        const late = await start({ endpoints: [proxy.url] });
        const bed = await start();
        await bed.create('p', 'old');
        proxy.holds = /^PUT .*\/p%25\?/;
        const creating = late.storage.commit([bed.write('p/a', '')]);
        await eventually(() => proxy.held > 0);
        await bed.create('p/b', '');
        await change(bed);
        proxy.release();
        await creating;
        expect(bed.show(await bed.storage.list(bed.prefix))).to.deep.equal(left);
      });
    }

    it('waits for what has happened since, when it reads the past', async () => {
      const proxy = await proxied();
      proxy.holdsAnswersOf = /stream=true/;
      const bed = await start({ endpoints: [proxy.url] });
      const { revision } = await bed.put('a', 'old');
      await bed.put('a', 'new');
      const past = bed.storage.list(bed.prefix, { revision });
      await eventually(() => proxy.held > 1 && proxy.requests.at(-1)?.includes('recursive') === true);
      proxy.release();
      expect(bed.show(await past)).to.deep.equal(['a=old']);
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
      const bed = await start({ endpoints: [proxy.url] });
      const recorder = bed.watch(await bed.storage.revision(), { progressEvery: 20 });
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 400; i += 50) {
          await Promise.all(Array.from({ length: 50 }, (_, j) => curl(etcd, `/_hidden/${i + j}`, 'PUT', { value: '' })));
        }
        const revision = await bed.storage.revision();
        await recorder.until(() => (recorder.changes.at(-1)?.revision ?? 0) >= revision);
      }
      proxy.cut();
      await eventually(() => bed.put('a', ''));
      expect(await recorder.take(1)).to.deep.equal(['+a=']);
    });

    it('notices when etcd leaves events out of its watch without a word, and goes on where it was', async () => {
      const proxy = await proxied();
      const bed = await start({ endpoints: [proxy.url] });
      const other = await start();
      const since = await bed.storage.revision();
      const recorder = bed.record(bed.storage.watch(other.prefix, since, { progressEvery: 20 }));
      await other.put('first', '');
      await recorder.until(() => recorder.events.length === 1);
      proxy.silence(/stream=true/);
      await other.fill(numbered(300));
      const { revision } = await other.put('last', '');
      await recorder.until(() => (recorder.changes.at(-1)?.revision ?? 0) >= revision);
      const log = other.record(other.storage.watch(other.prefix, since));
      await log.take(302);
      expect(recorder.events).to.deep.equal(log.events);
    });

    it('ends all watches with Compacted when etcd has left out more events than it remembers', async () => {
      const proxy = await proxied();
      const bed = await start({ endpoints: [proxy.url] });
      const other = await start();
      const recorder = bed.record(bed.storage.watch(other.prefix, await bed.storage.revision(), { progressEvery: 20 }));
      await other.put('first', '');
      await recorder.until(() => recorder.events.length === 1);
      proxy.silence(/stream=true/);
      await other.fill(numbered(1200));
      await recorder.failsWith('Compacted');
      expect(recorder.events).to.have.length(1);
    });

    it('shows watches all that comes, or ends them with Compacted, when more comes than etcd can tell', async () => {
      const beds = await Promise.all([start(), start(), start()]);
      const names = numbered(4000);
      const recorders = await Promise.all(beds.map(async (bed) => bed.watch(await bed.storage.revision())));
      await Promise.all(beds.flatMap((bed) => [bed.fill(names.slice(0, 2000)), bed.fill(names.slice(2000))]));
      for (const recorder of recorders) {
        await recorder.until(() => recorder.events.length === names.length || recorder.error !== undefined, true);
        if (recorder.error !== undefined) await recorder.failsWith('Compacted');
        else expect(new Set(recorder.shown).size).to.equal(names.length);
      }
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

    it('ends all watches with Compacted when an event comes after it was thought not to exist', async () => {
      const proxy = await proxied();
      const bed = await start({ endpoints: [proxy.url] });
      const other = await start();
      const recorder = bed.watch(await bed.storage.revision(), { progressEvery: 20 });
      proxy.refuses = true;
      proxy.cut();
      const { revision } = await other.put('a', '');
      proxy.holdsAnswersOf = /waitIndex/;
      proxy.refuses = false;
      await recorder.until(() => (recorder.changes.at(-1)?.revision ?? 0) >= revision);
      expect(recorder.events).to.deep.equal([]);
      proxy.release();
      await recorder.failsWith('Compacted');
    });

    it('takes no lost connection, and no delay, for an answer that nothing has happened', async () => {
      const proxy = await proxied();
      const bed = await start({ endpoints: [proxy.url] });
      const other = await start();
      const recorder = bed.record(bed.storage.watch(other.prefix, await bed.storage.revision()));
      proxy.refuses = true;
      proxy.cut();
      await other.put('a', '');
      proxy.holdsAnswersOf = /waitIndex/;
      proxy.refuses = false;
      await eventually(() => proxy.held > 0);
      proxy.cut();
      proxy.release();
      expect(await recorder.take(1)).to.deep.equal(['+a=']);
      proxy.refuses = true;
      proxy.cut();
      await other.put('b', '');
      proxy.holdsAnswersOf = /waitIndex/;
      proxy.releasesAt = /nowhere/; // etcd is asked how far it is, before an event is thought not to exist
      proxy.refuses = false;
      expect(await recorder.take(2)).to.deep.equal(['+a=', '+b=']);
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
  });
});
