import { expect } from 'chai';
import { StorageError } from '../../../lib/storage/storage-error.js';
import { failsWith, numbered } from '../../../lib/testing/storage/storage-bed.js';
import { etcdNeed, useEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { useStores } from './etcd-bed.js';

const MIB = 1024 * 1024;

needs(etcdNeed, () => {
  describe('EtcdStorage at the limits of etcd', function () {
    this.timeout(30_000);
    const etcd = useEtcd({ args: ['--quota-backend-bytes', String(16 * MIB)] });
    const open = useStores();

    it('refuses a value that is too large, for etcd and for its gRPC server, and goes on', async () => {
      const bed = await open({ endpoints: etcd.endpoints });
      for (const size of [1.6 * MIB, 4 * MIB]) {
        const error = await failsWith('TooLarge', bed.put('a', 'x'.repeat(size)));
        expect(error.message).to.contain('--max-request-bytes');
        expect(error.cause).to.be.instanceOf(Error);
      }
      expect(await bed.get('a')).to.equal(undefined);
      await bed.put('a', 'x'.repeat(1.4 * MIB));
    });

    it('refuses more writes, or more guards, than etcd takes', async () => {
      const bed = await open({ endpoints: etcd.endpoints });
      const names = numbered(129);
      const error = await failsWith('TooLarge', bed.storage.commit(names.map((name) => bed.write(name, ''))));
      expect(error.message).to.contain('--max-txn-ops');
      await failsWith(
        'TooLarge',
        bed.storage.commit(
          [bed.write('a', '')],
          names.map((name) => bed.at(name, 0)),
        ),
      );
      expect((await bed.storage.list(bed.prefix)).entries).to.deep.equal([]);
    });

    it('refuses what would make more bytes under way than it may hold, without sending it', async () => {
      const bed = await open({ endpoints: etcd.endpoints, maxPendingBytes: 100_000 });
      const outcomes = await Promise.allSettled(numbered(10).map((name) => bed.put(name, 'x'.repeat(30_000))));
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected' && StorageError.is(outcome.reason, 'Unavailable'));
      expect(refused).to.have.length(7);
      expect((await bed.storage.list(bed.prefix)).entries).to.have.length(3);
      await bed.put('a', 'x'.repeat(200_000)); // alone, anything may go
    });

    it('says Full when etcd has no space, reads on, and writes again once there is space', async () => {
      const bed = await open({ endpoints: etcd.endpoints });
      const recorder = bed.watch(await bed.storage.revision());
      const outcomes = new Map<string, string>();
      const fill = async (writer: number) => {
        for (let i = 0; ![...outcomes.values()].includes('Full'); i++) {
          const name = `k${writer}-${i}`;
          outcomes.set(bed.key(name), await outcomeOf(bed.put(name, 'x'.repeat(200_000))));
        }
      };
      await Promise.all(numbered(8).map((_, writer) => fill(writer)));
      const error = await failsWith('Full', bed.put('more', 'x'));
      expect(error.message).to.contain('alarm');
      const stored = (await bed.storage.list(bed.prefix)).entries.map(({ key }) => key);
      for (const [key, outcome] of outcomes) {
        if (outcome === 'done') expect(stored).to.contain(key);
        if (outcome === 'Full') expect(stored).to.not.contain(key);
      }

      for (const key of stored) await bed.storage.commit([{ type: 'delete', key }]);
      await bed.storage.compact(await bed.storage.revision());
      await eventually(async () => {
        await etcd.api('maintenance/defragment'); // frees what the compaction has come to so far
        const { alarms = [] } = (await etcd.api('maintenance/alarm', { action: 'GET' })) as { alarms?: object[] };
        for (const alarm of alarms) await etcd.api('maintenance/alarm', { ...alarm, action: 'DEACTIVATE' });
        return (await outcomeOf(bed.put('more', 'x'))) === 'done';
      });
      await recorder.until(() => recorder.shown.at(-1) === '+more=x');
      expect(recorder.events.length).to.be.at.least(2 * stored.length + 1);
    });
  });
});

function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'done',
    (error: unknown) => (StorageError.is(error) ? error.code : String(error)),
  );
}
