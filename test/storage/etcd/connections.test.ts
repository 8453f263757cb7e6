import { expect } from 'chai';
import { StorageError } from '../../../lib/storage/storage-error.js';
import { failsWith, numbered, textOf } from '../../../lib/testing/storage/storage-bed.js';
import { etcdNeed, useEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { useStores } from './etcd-bed.js';
import { useProxy } from './tcp-proxy.js';
import { Writers } from './writers.js';

needs(etcdNeed, () => {
  describe('EtcdStorage over connections that break', function () {
    this.timeout(30_000);
    const etcd = useEtcd();
    const open = useStores();
    const proxy = useProxy(() => etcd.endpoints[0]!);
    const direct = () => open({ endpoints: etcd.endpoints });

    it('goes on with a watch where it was each time its connection is reset', async () => {
      const bed = await open({ endpoints: [proxy().endpoint] });
      const other = await direct();
      const since = await bed.storage.revision();
      const recorders = [bed.watch(since), bed.watch(since, { progressEvery: 1 })];
      for (let round = 1; round <= 6; round++) {
        const writing = numbered(20).map((name) => other.storage.commit([bed.write(name, String(round))]));
        await writing[round];
        proxy().drop();
        await Promise.all(writing);
        for (const recorder of recorders) await recorder.take(20 * round);
      }
      const truth = bed.watch(since);
      await truth.take(120);
      for (const recorder of recorders) expect(recorder.events).to.deep.equal(truth.events);
    });

    it('ends a watch with Compacted when its history went while it was cut off', async () => {
      const bed = await open({ endpoints: [proxy().endpoint] });
      const other = await direct();
      const since = await bed.storage.revision();
      const recorders = [bed.watch(since), bed.watch(since, { progressEvery: 20 })];
      await bed.put('a', '1');
      for (const recorder of recorders) await recorder.take(1);
      proxy().refuse(true);
      for (const value of ['2', '3']) await other.storage.commit([bed.write('a', value)]);
      await other.storage.compact(await other.storage.revision());
      proxy().refuse(false);
      for (const recorder of recorders) {
        await recorder.failsWith('Compacted');
        expect(recorder.shown).to.deep.equal(['+a=1']);
      }
    });

    it('goes on with a watch when what went is what it had seen', async () => {
      const bed = await open({ endpoints: [proxy().endpoint] });
      const other = await direct();
      const recorder = bed.watch(await bed.storage.revision());
      await bed.put('a', '1');
      await recorder.take(1);
      proxy().refuse(true);
      await other.storage.compact(await other.storage.revision());
      await other.storage.commit([bed.deletion('a')]);
      proxy().refuse(false);
      expect(await recorder.take(2)).to.deep.equal(['+a=1', '-a']);
    });

    it('does not take a delete for history that is kept, when it was compacted at that revision', async () => {
      const bed = await direct();
      const entry = await bed.create('a', '1');
      const deleted = await bed.remove('a');
      await bed.storage.compact(deleted);
      await bed.watch(entry.revision).failsWith('Compacted');
    });

    it('finds out that a connection is dead though it is open: reads and watches move, writes under way are not known', async () => {
      const bed = await open({ endpoints: [proxy().endpoint, ...etcd.endpoints] });
      const recorder = bed.watch(await bed.storage.revision());
      await bed.put('a', '1');
      await recorder.take(1);
      proxy().swallow();
      const [write, read] = await Promise.allSettled([bed.put('a', '2'), bed.get('a')]);
      expect(write.status === 'rejected' && StorageError.is(write.reason, 'Unknown')).to.equal(true);
      expect(read.status === 'fulfilled' && textOf(read.value)).to.equal('1');
      await bed.put('a', '3');
      await recorder.until(() => recorder.shown.includes('+a=3'));
      expect(recorder.shown).to.deep.equal(['+a=1', '+a=3']);
    });

    it('finds out for a quiet watch as well, with nobody asking anything', async () => {
      const bed = await open({ endpoints: [proxy().endpoint, ...etcd.endpoints] });
      const other = await direct();
      const recorder = bed.watch(await bed.storage.revision());
      await bed.put('a', '1');
      await recorder.take(1);
      proxy().swallow();
      await other.storage.commit([bed.write('a', '2')]);
      expect(await recorder.take(2)).to.deep.equal(['+a=1', '+a=2']);
    });

    it('cannot tell of a write whose answer was cut off, and never writes it twice', async () => {
      const bed = await open({ endpoints: [proxy().endpoint] });
      const since = await bed.storage.revision();
      const writers = new Writers(bed, 16);
      for (let round = 0; round < 20; round++) {
        await writers.more(10);
        proxy().drop();
      }
      await writers.more(10);
      await writers.stop();
      const last = await bed.put('end', '');
      const truth = bed.watch(since);
      await truth.until(() => truth.events.at(-1)?.revision === last.revision);
      const puts = truth.events.flatMap((event) => (event.type === 'put' ? [event.entry] : []));
      writers.check(puts.slice(0, -1).map((entry) => ({ value: textOf(entry)!, revision: entry.revision })));
      const unknown = writers.attempts.filter(({ outcome }) => outcome === 'Unknown');
      expect(unknown).to.not.be.empty;
    });

    it('shows a watch a commit in one go though etcd cuts it in fragments', async () => {
      const bed = await direct();
      const names = numbered(7);
      const commit = (letter: string) => bed.storage.commit(names.map((name) => bed.write(name, letter.repeat(200_000))));
      const { revision } = await commit('a');
      const goes: number[][] = [[]];
      const recorder = bed.record(bed.storage.watch(bed.prefix, revision), (change) => {
        if (goes.at(-1)!.push(change.revision) === 1) queueMicrotask(() => goes.push([]));
      });
      const second = await commit('b'); // with what it replaces it is more than etcd puts into one answer
      const third = await commit('c');
      await recorder.take(14);
      for (const { revision } of [second, third]) expect(goes).to.deep.include(names.map(() => revision));
    });

    it('reads lists of many megabytes in answers that fit, at one revision', async () => {
      const bed = await direct();
      const names = numbered(40);
      const value = 'x'.repeat(1_000_000);
      await bed.fill(names, () => value);
      const page = await bed.storage.list(bed.prefix);
      expect(page.entries.map(({ key }) => key)).to.deep.equal(names.map((name) => bed.key(name)));
      expect(page.remaining).to.equal(0);
      const recorder = bed.watch(page.revision - 40, { progressEvery: 3_600_000 });
      await recorder.take(40);
    });

    it('leaves no connection when it has stopped, nor when it could not start', async () => {
      const bed = await open({ endpoints: [proxy().endpoint] });
      bed.watch(await bed.storage.revision(), { progressEvery: 10 });
      await bed.put('a', '1');
      expect(proxy().connections).to.equal(1);
      await bed.storage.stop();
      await eventually(() => proxy().connections === 0);
      proxy().swallow();
      await failsWith('Unavailable', open({ endpoints: [proxy().endpoint] }));
      await eventually(() => proxy().connections === 0);
    });

    it('can be started again after a stop', async () => {
      const bed = await open({ endpoints: [proxy().endpoint] });
      await bed.put('a', '1');
      await bed.storage.stop();
      await failsWith('Unavailable', bed.get('a'));
      await bed.storage.start();
      expect(textOf(await bed.get('a'))).to.equal('1');
    });
  });
});
