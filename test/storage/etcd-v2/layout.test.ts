import { expect } from 'chai';
import { EtcdV2Storage } from '../../../lib/storage/etcd-v2/index.js';
import { StorageError } from '../../../lib/storage/storage-error.js';
import { failsWith, textOf } from '../../../lib/testing/storage/storage-bed.js';
import { etcdNeed, useEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { curl, urls, useBeds } from './v2-bed.js';

needs(etcdNeed, () => {
  describe('EtcdV2Storage in etcd', function () {
    this.timeout(20_000);
    const etcd = useEtcd();
    const start = useBeds(etcd);

    it('shows the classic layout to everybody with an HTTP client', async () => {
      const { storage } = await start();
      const minion = JSON.stringify({ kind: 'Node', metadata: { name: 'node-1' } });
      const { revision } = await storage.commit([{ type: 'put', key: '/registry/minions/node-1', value: Buffer.from(minion) }]);
      const { node } = await curl(etcd, '/registry/minions/');
      expect(node.nodes).to.deep.equal([
        { key: '/registry/minions/node-1', value: minion, modifiedIndex: revision, createdIndex: revision },
      ]);
    });

    it('takes what others write', async () => {
      const bed = await start();
      const recorder = bed.watch(await bed.storage.revision());
      const { node } = await curl(etcd, bed.key('a'), 'PUT', { value: '{"by":"curl"}' });
      expect(await bed.get('a')).to.deep.equal({ key: bed.key('a'), value: Buffer.from('{"by":"curl"}'), revision: node.modifiedIndex });
      await curl(etcd, bed.key('a'), 'DELETE');
      expect(await recorder.take(2)).to.deep.equal(['+a={"by":"curl"}', '-a']);
    });

    it('does not see what others keep under names that it would not write', async () => {
      const bed = await start();
      const recorder = bed.watch(await bed.storage.revision());
      await curl(etcd, bed.key('%2541'), 'PUT', { value: 'x' });
      await curl(etcd, bed.key('_hidden/a'), 'PUT', { value: 'x' });
      await bed.put('b', '');
      expect(bed.show(await bed.storage.list(bed.prefix))).to.deep.equal(['b=']);
      expect(await recorder.take(1)).to.deep.equal(['+b=']);
    });

    it('deletes a key when its time to live is over', async () => {
      const bed = await start();
      const recorder = bed.watch(await bed.storage.revision());
      await curl(etcd, bed.key('a'), 'PUT', { value: 'x', ttl: '1' });
      expect(await recorder.take(2)).to.deep.equal(['+a=x', '-a']);
      expect(await bed.get('a')).to.equal(undefined);
    });

    it('ends the watches of a directory that somebody removes, as what was in it is not told, and no others', async () => {
      const bed = await start();
      await bed.put('dir/a', '');
      const since = await bed.storage.revision();
      const within = bed.watch(since, { below: 'dir/' });
      const above = bed.watch(since);
      const beside = bed.watch(since, { below: 'dirt' });
      await curl(etcd, `${bed.key('dir')}?recursive=true`, 'DELETE');
      await bed.put('dirt', '');
      await within.failsWith('Compacted');
      await above.failsWith('Compacted');
      expect(await beside.take(1)).to.deep.equal(['+dirt=']);
      await bed.watch(since, { below: 'dir/a' }).failsWith('Compacted');
      await failsWith('Compacted', bed.storage.list(bed.prefix, { revision: since }));
    });

    describe('a key with keys below it', () => {
      it('moves beside the directory, with its value and its revision', async () => {
        const bed = await start();
        const since = await bed.storage.revision();
        const recorder = bed.watch(since);
        const parent = await bed.create('p', 'value');
        await bed.create('p/a', 'child');
        expect(await bed.get('p')).to.deep.equal(parent);
        expect((await curl(etcd, bed.key('p'))).node.dir).to.equal(true);
        expect((await curl(etcd, bed.key('p%25'))).node.value).to.equal(`%moved ${parent.revision}\nvalue`);
        expect(bed.show(await bed.storage.list(bed.prefix))).to.deep.equal(['p=value', 'p/a=child']);
        expect(bed.show(await bed.storage.list(bed.prefix, { revision: parent.revision }))).to.deep.equal(['p=value']);
        expect(await recorder.take(2)).to.deep.equal(['+p=value', '+p/a=child']);
        expect(await bed.watch(since).take(2)).to.deep.equal(recorder.shown);
      });

      it('is updated, deleted and created again under the guards of any other key', async () => {
        const bed = await start();
        const recorder = bed.watch(await bed.storage.revision());
        const first = await bed.create('p', '1');
        await bed.create('p/a/b', '');
        await failsWith('Exists', bed.create('p', 'x'));
        const second = await bed.put('p', '2', bed.at('p', first.revision));
        await failsWith('Conflict', bed.put('p', 'x', bed.at('p', first.revision)));
        await failsWith('Conflict', bed.remove('p', bed.at('p', first.revision)));
        await bed.remove('p', bed.at('p', second.revision));
        expect(await bed.get('p')).to.equal(undefined);
        await failsWith('NotFound', bed.remove('p'));
        await failsWith('NotFound', bed.put('p', 'x', bed.at('p', second.revision)));
        const third = await bed.create('p', '3');
        await bed.put('p', '4');
        await bed.remove('p');
        expect(bed.show(await bed.storage.list(bed.prefix))).to.deep.equal(['p/a/b=']);
        expect(await recorder.take(7)).to.deep.equal(['+p=1', '+p/a/b=', '+p=2', '-p', '+p=3', '+p=4', '-p']);
        expect(recorder.events[2]).to.have.deep.property('previous', first);
        expect(recorder.events[4]).to.deep.equal({ type: 'put', revision: third.revision, entry: third, previous: undefined });
      });

      it('counts right when writers increment it through several storages, while others make keys below it', async () => {
        const beds = [await start(), await start(), await start()];
        const [bed] = beds;
        const { prefix } = bed!;
        for (let round = 0; round < 10; round++) {
          const key = `${prefix}${round}/counter`;
          const recorder = bed!.record(bed!.storage.watch(key, await bed!.storage.revision()));
          await beds[0]!.storage.commit([{ type: 'put', key, value: Buffer.from('0') }]);
          const increments = beds.flatMap(({ storage }) => Array.from({ length: 4 }, () => increment(storage as EtcdV2Storage, key)));
          const children = beds.map(({ storage }, i) => storage.commit([{ type: 'put', key: `${key}/${i}`, value: Buffer.from('') }]));
          await Promise.all([...increments, ...children]);
          const entry = await bed!.storage.get(key);
          expect(textOf(entry)).to.equal('12');
          await recorder.take(16);
          const puts = recorder.events.filter((event) => event.type === 'put' && event.entry.key === key);
          expect(puts.map((event) => event.type === 'put' && textOf(event.entry))).to.deep.equal(
            Array.from({ length: 13 }, (_, i) => String(i)),
          );
          puts.slice(1).forEach((event, i) => expect(event.previous?.revision).to.equal(puts[i]!.revision));
        }
      });

      it('goes on from wherever one who moved it has stopped', async () => {
        const bed = await start();
        const { revision } = await bed.create('p', 'value');
        await curl(etcd, bed.key('p'), 'PUT', { value: `%moving ${revision}\nvalue` });
        expect(await bed.get('p')).to.deep.equal({ key: bed.key('p'), value: Buffer.from('value'), revision });
        await failsWith('Conflict', bed.put('p', 'x', bed.at('p', revision - 1)));
        const updated = await bed.put('p', 'updated', bed.at('p', revision));
        expect(await bed.get('p')).to.deep.equal(updated);
        await bed.create('p/a', '');
        expect(bed.show(await bed.storage.list(bed.prefix))).to.deep.equal(['p=updated', 'p/a=']);
      });
    });

    it('keeps values that look like its own marks', async () => {
      const bed = await start();
      for (const value of ['%', '%%', '%deleted', '%moving 7\nx', '%moved 7\nx', '\ufeff{}', 'a\r\nb\0c']) {
        await bed.put('a', value);
        expect(textOf(await bed.get('a'))).to.equal(value);
      }
    });

    describe('refuses', () => {
      it('commits of several keys, and guards on another key than the written one, and says who can do that', async () => {
        const bed = await start();
        const { revision } = await bed.create('a', '');
        const several = await failsWith('Unsupported', bed.storage.commit([bed.write('b', ''), bed.deletion('a')]));
        const guarded = await failsWith('Unsupported', bed.storage.commit([bed.write('b', '')], [bed.at('a', revision)]));
        const checks = await failsWith('Unsupported', bed.storage.commit([], [bed.at('a', revision), bed.at('b', 0)]));
        for (const { message } of [several, guarded, checks]) expect(message).to.match(/one key at a time.*etcd adapter \(v3\)/);
        expect(bed.show(await bed.storage.list(bed.prefix))).to.deep.equal(['a=']);
      });

      it('guards on one key that contradict each other', async () => {
        const bed = await start();
        const { revision } = await bed.create('a', '');
        await failsWith('Exists', bed.put('a', '', bed.at('a', revision), bed.at('a', 0)));
        await failsWith('Conflict', bed.remove('a', bed.at('a', revision), bed.at('a', revision + 1)));
        await bed.put('a', '', bed.at('a', revision), bed.at('a', revision));
      });

      it('keys without a slash in front, values that are no text, and what is too large', async () => {
        const { storage } = await start();
        const put = (key: string, value: Uint8Array) => storage.commit([{ type: 'put', key, value }]);
        await failsWith('Unsupported', put('a', Buffer.from('')));
        await failsWith('Unsupported', put('/a', Buffer.from([0xff, 0xfe])));
        await failsWith('TooLarge', put('/a', Buffer.alloc(3 * 1024 * 1024 + 1, 'x')));
        await failsWith('TooLarge', put(`/${'a'.repeat(10_000)}`, Buffer.from('')));
        expect(await storage.get('a')).to.equal(undefined);
        expect((await storage.list('a')).entries).to.deep.equal([]);
      });

      it('nothing that is as large as it allows', async () => {
        const { storage, prefix } = await start();
        const value = Buffer.from('é'.repeat((3 * 1024 * 1024) / 2));
        await storage.commit([{ type: 'put', key: `${prefix}large`, value }]);
        expect(value.equals((await storage.get(`${prefix}large`))!.value)).to.equal(true);
      });
    });

    it('lists all keys there are, for the empty prefix', async () => {
      const bed = await start();
      await bed.put('a', '');
      const keys = (await bed.storage.list('')).entries.map(({ key }) => key);
      expect(keys).to.include.members([bed.key('a'), '/registry/minions/node-1']);
    });

    it('leaves no socket and no timer behind', async () => {
      const before = sockets();
      const storage = new EtcdV2Storage({ endpoints: urls(etcd) });
      await storage.start();
      const errors: unknown[] = [];
      storage.watch('/', 1_000_000, { progressEvery: 10 }).subscribe({ error: (error: unknown) => errors.push(error) });
      await Promise.all(Array.from({ length: 20 }, (_, i) => storage.commit([{ type: 'put', key: `/x/${i}`, value: Buffer.from('') }])));
      await storage.stop();
      expect(StorageError.is(errors[0], 'Unavailable')).to.equal(true);
      await eventually(() => sockets() <= before); // a socket that was destroyed is gone a little later
    });
  });
});

function sockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap' || kind === 'TCPWRAP').length;
}

async function increment(storage: EtcdV2Storage, key: string): Promise<void> {
  for (;;) {
    const entry = (await storage.get(key))!;
    try {
      await storage.commit([{ type: 'put', key, value: Buffer.from(String(Number(textOf(entry)) + 1)) }], [entry]);
      return;
    } catch (error) {
      if (!StorageError.is(error, 'Conflict')) throw error;
    }
  }
}
