import { expect } from 'chai';
import { StorageError } from '../../../lib/storage/storage-error.js';
import type { Entry, Revision, Storage } from '../../../lib/storage/storage.js';
import { adapters } from './adapters.js';
import { effort } from './effort.js';

const RACERS = 64;
const KEY = '/registry/guarantees/race';

for (const { name, use, races } of adapters) {
  describe(`compare-and-set in ${name}`, function () {
    const rounds = effort(races);
    this.timeout(60_000 + rounds * 100);
    const make = use();
    let storage: Storage;

    beforeEach(async () => {
      storage = make();
      await storage.start();
    });
    afterEach(() => storage.stop());

    it(`lets exactly one of ${RACERS} racers win, ${rounds} times over`, async () => {
      let current = await put(storage, 'start', 0);
      for (let round = 0; round < rounds; round++) {
        const { revision } = current!;
        const outcomes = await Promise.all(Array.from({ length: RACERS }, (_, racer) => put(storage, `${round}-${racer}`, revision)));
        const winners = outcomes.filter((entry) => entry !== undefined);
        expect(winners, `round ${round}`).to.have.length(1);
        current = await storage.get(KEY);
        expect(current, `round ${round}`).to.deep.equal(winners[0]);
        expect(current!.revision).to.be.greaterThan(revision);
      }
    });

    it(`lets exactly one of ${RACERS} create, and one delete, ${rounds / 10} times over`, async () => {
      for (let round = 0; round < rounds / 10; round++) {
        const created = await Promise.all(Array.from({ length: RACERS }, (_, racer) => put(storage, `${round}-${racer}`, 0)));
        expect(created.filter(Boolean), `creates in round ${round}`).to.have.length(1);
        const { revision } = created.find(Boolean)!;
        const deleted = await Promise.all(Array.from({ length: RACERS }, () => remove(storage, revision)));
        expect(deleted.filter(Boolean), `deletes in round ${round}`).to.have.length(1);
        expect(await storage.get(KEY)).to.equal(undefined);
      }
    });

    it('counts as many increments as succeeded', async () => {
      const writers = Array.from({ length: RACERS }, () => ({ successes: 0 }));
      await put(storage, '0', 0);
      const since = await storage.revision();
      let left = rounds * 2;
      await Promise.all(
        writers.map(async (writer) => {
          while (left-- > 0) {
            const { value, revision } = (await storage.get(KEY))!;
            if (await put(storage, String(Number(Buffer.from(value).toString()) + 1), revision)) writer.successes++;
          }
        }),
      );
      const { value, revision } = (await storage.get(KEY))!;
      const sum = writers.reduce((total, { successes }) => total + successes, 0);
      expect(Number(Buffer.from(value).toString())).to.equal(sum);
      expect(sum).to.be.greaterThan(rounds / RACERS);
      expect(revision).to.be.at.least(since + sum);
    });
  });
}

/** The entry, or nothing when the guard did not hold. */
async function put(storage: Storage, value: string, guard: Revision): Promise<Entry | undefined> {
  try {
    const { entries } = await storage.commit([{ type: 'put', key: KEY, value: Buffer.from(value) }], [{ key: KEY, revision: guard }]);
    return entries[0]!;
  } catch (error) {
    if (StorageError.is(error, guard === 0 ? 'Exists' : 'Conflict')) return undefined;
    throw error;
  }
}

async function remove(storage: Storage, guard: Revision): Promise<boolean> {
  try {
    await storage.commit([{ type: 'delete', key: KEY }], [{ key: KEY, revision: guard }]);
    return true;
  } catch (error) {
    if (StorageError.is(error, 'NotFound')) return false;
    throw error;
  }
}
