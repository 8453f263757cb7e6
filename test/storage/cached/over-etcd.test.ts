import { expect } from 'chai';
import { CachedStorage } from '../../../lib/storage/cached/cached-storage.js';
import { EtcdStorage } from '../../../lib/storage/etcd/index.js';
import { EtcdV2Storage } from '../../../lib/storage/etcd-v2/index.js';
import { StorageError } from '../../../lib/storage/storage-error.js';
import type { Storage } from '../../../lib/storage/storage.js';
import { etcdNeed, useEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { put } from './cached-bed.js';

needs(etcdNeed, () => {
  describe('A CachedStorage over a real etcd', function () {
    this.timeout(60_000);
    const etcd = useEtcd();
    const started: Storage[] = [];

    async function cache(engine: Storage = new EtcdStorage({ endpoints: etcd.endpoints })): Promise<CachedStorage> {
      const cached = new CachedStorage(engine);
      await cached.start();
      started.push(cached);
      return cached;
    }
    const v2 = () => new EtcdV2Storage({ endpoints: etcd.endpoints.map((endpoint) => `http://${endpoint}`) });

    afterEach(async () => {
      for (const storage of started.splice(0)) await storage.stop();
    });

    /** Requests and streams that etcd has begun to serve, and keys that reads have given, by its own count. */
    async function served(): Promise<Record<string, number>> {
      const text = await (await fetch(`http://${etcd.endpoints[0]}/metrics`)).text();
      const counts: Record<string, number> = {};
      for (const [, method = '', count] of text.matchAll(/^grpc_server_started_total\{grpc_method="(\w+)",[^}]*\} (\S+)$/gm)) {
        if (Number(count) > 0) counts[method] = Number(count);
      }
      const bytes = /^etcd_network_client_grpc_sent_bytes_total (\S+)$/m.exec(text)?.[1];
      return { ...counts, bytes: Number(bytes) };
    }

    it('lists and watches without a word to etcd, and fresh lists with a small question for many', async () => {
      const cached = await cache();
      for (let i = 0; i < 50; i++) await put(cached, `pods/p${i}`, 'x'.repeat(2400));
      const revision = await cached.revision();
      const before = await served();
      for (let i = 0; i < 1000; i++) {
        expect((await cached.list('/registry/pods/', { notBefore: revision })).entries).to.have.length(50);
        cached.watch('/registry/', revision).subscribe().unsubscribe();
      }
      const between = await served();
      expect(between.Range).to.equal(before.Range);
      expect(between.Watch).to.equal(before.Watch);
      for (let i = 0; i < 10; i++) await Promise.all(Array.from({ length: 100 }, () => cached.list('/registry/pods/')));
      const after = await served();
      expect(after.Range! - between.Range!).to.be.within(1, 20);
      expect(after.bytes! - between.bytes!, 'bytes that etcd has sent').to.be.below(10_000);
    });

    it('is loaded by a question a page, and one more', async () => {
      const engine = new EtcdStorage({ endpoints: etcd.endpoints });
      await cache(engine);
      const names = Array.from({ length: 1000 }, (_, i) => String(i).padStart(4, '0'));
      await Promise.all(names.map((name) => put(engine, `many/${name}`, 'x'.repeat(2400))));
      const before = await served();
      const cached = new CachedStorage(new EtcdStorage({ endpoints: etcd.endpoints }), { prefix: '/registry/many/', pageSize: 150 });
      await cached.start();
      started.push(cached);
      expect((await cached.list('/registry/many/', { notBefore: 0 })).entries).to.have.length(1000);
      const { Range } = await served();
      // Of the first page 100, then 50, then six pages; and a question for the revision at the start.
      expect(Range! - before.Range!).to.equal(1 + 2 + 6);
    });

    for (const [api, engine] of [
      ['v3', () => new EtcdStorage({ endpoints: etcd.endpoints })],
      ['v2', v2],
    ] as const) {
      it(`sees at once what another cache has written, by ${api}`, async () => {
        const [one, other] = [await cache(engine()), await cache(engine())];
        for (let i = 0; i < 200; i++) {
          const { revision } = await put(one, 'shared', String(i));
          const [entry, page] = await Promise.all([other.get('/registry/shared'), other.list('/registry/shared')]);
          expect(entry?.value.toString()).to.equal(String(i));
          expect(page.revision).to.be.at.least(revision);
        }
      });

      it(`is fresh though only keys elsewhere have changed, by ${api}`, async () => {
        const store = engine();
        const cached = await cache(store);
        for (let i = 0; i < 20; i++) {
          const { revision } = await store.commit([{ type: 'put', key: '/elsewhere/x', value: Buffer.from(String(i)) }]);
          expect((await cached.list('/registry/')).revision).to.be.at.least(revision);
        }
      });
    }

    it('keeps the writer’s bytes, and no messages, in memory', async () => {
      const [writer, other] = [await cache(), await cache()];
      const value = Buffer.from('{"kind":"Pod"}');
      const { entries } = await writer.commit([{ type: 'put', key: '/registry/memory', value }]);
      expect((await writer.get('/registry/memory'))?.value).to.equal(value);
      expect(entries[0]).to.equal(await writer.get('/registry/memory'));
      const late = await cache();
      for (const reader of [other, late]) {
        const kept = (await reader.get('/registry/memory'))?.value;
        expect(kept?.buffer.byteLength).to.equal(value.length);
      }
    });

    it('loses and doubles nothing when etcd is killed and comes back', async () => {
      const cached = await cache();
      const revision = await cached.revision();
      const seen: string[] = [];
      const watch = cached.watch('/registry/killed/', revision).subscribe((change) => {
        if (change.type === 'put') seen.push(`${change.revision} ${change.entry.value.toString()}`);
      });
      const member = etcd.members[0]!;
      const acknowledged: string[] = [];
      let stopped = false;
      const writing = (async () => {
        for (let i = 0; !stopped; i++) {
          try {
            const entry = await put(cached, `killed/k${i % 10}`, String(i));
            acknowledged.push(`${entry.revision} ${i}`);
          } catch (error) {
            if (!StorageError.is(error)) throw error;
            await cached.list('/registry/', { notBefore: 0 }); // goes on
          }
        }
      })();
      for (let round = 0; round < 3; round++) {
        const { length } = acknowledged;
        await eventually(() => acknowledged.length > length + 50, { timeout: 20_000 });
        await member.signal('SIGKILL');
        await etcd.launch(member);
        await etcd.ready();
      }
      stopped = true;
      await writing;
      await eventually(() => cached.list('/registry/'), { timeout: 20_000 });
      watch.unsubscribe();
      expect(acknowledged.filter((write) => !seen.includes(write))).to.deep.equal([]);
      const revisions = seen.map((one) => Number(one.split(' ')[0]));
      expect(revisions).to.deep.equal([...new Set(revisions)].sort((a, b) => a - b));
    });
  });
});
