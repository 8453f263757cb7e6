import { expect } from 'chai';
import { StorageError } from '../../../lib/storage/storage-error.js';
import type { Entry, Revision, Storage } from '../../../lib/storage/storage.js';
import { forEachAdapter } from './adapters.js';
import { effort } from './effort.js';

const RACERS = 64;

forEachAdapter('compare-and-set in', ({ races }, make) => {
  const rounds = effort(races);
  const timeout = 60_000 + rounds * 500;
  let key = '';
  let test = 0;
  /** One; two where they may be shared: then every other racer uses the second. */
  let storages: readonly Storage[];

  beforeEach(async () => {
    key = `/registry/guarantees/race-${++test}`;
    const first = make();
    storages = first.shared ? [first, make()] : [first];
    for (const storage of storages) await storage.start();
  });
  afterEach(() => Promise.all(storages.map((storage) => storage.stop())));

  it(`lets exactly one of ${RACERS} racers win, ${rounds} times over`, async () => {
    let current = await put(0, 'start', 0);
    for (let round = 0; round < rounds; round++) {
      const { revision } = current!;
      const outcomes = await race((racer) => put(racer, `${round}-${racer}`, revision));
      const winners = outcomes.filter((entry) => entry !== undefined);
      expect(winners, `round ${round}`).to.have.length(1);
      current = await get(0);
      expect(plain(current), `round ${round}`).to.deep.equal(plain(winners[0]));
      expect(current!.revision).to.be.greaterThan(revision);
    }
  }).timeout(timeout);

  it(`lets exactly one of ${RACERS} create, and one delete, ${rounds / 10} times over`, async () => {
    for (let round = 0; round < rounds / 10; round++) {
      const created = await race((racer) => put(racer, `${round}-${racer}`, 0));
      expect(created.filter(Boolean), `creates in round ${round}`).to.have.length(1);
      const { revision } = created.find(Boolean)!;
      const deleted = await race((racer) => remove(racer, revision));
      expect(deleted.filter(Boolean), `deletes in round ${round}`).to.have.length(1);
      expect(await get(0)).to.equal(undefined);
    }
  }).timeout(timeout);

  it('counts as many increments as succeeded', async () => {
    await put(0, '0', 0);
    const since = await storages[0]!.revision();
    let left = rounds * 2;
    const successes = await race(async (racer) => {
      let own = 0;
      while (left-- > 0) {
        const { value, revision } = (await get(racer))!;
        if (await put(racer, String(Number(Buffer.from(value).toString()) + 1), revision)) own++;
      }
      return own;
    });
    const { value, revision } = (await get(0))!;
    const sum = successes.reduce((total, own) => total + own, 0);
    expect(Number(Buffer.from(value).toString())).to.equal(sum);
    expect(sum).to.be.greaterThan(rounds / RACERS);
    expect(revision).to.be.at.least(since + sum);
  }).timeout(timeout);

  function race<T>(run: (racer: number) => Promise<T>): Promise<T[]> {
    return Promise.all(Array.from({ length: RACERS }, (_, racer) => run(racer)));
  }

  function storageOf(racer: number): Storage {
    return storages[racer % storages.length]!;
  }

  function get(racer: number): Promise<Entry | undefined> {
    return storageOf(racer).get(key);
  }

  /** The entry, or nothing when the guard did not hold. */
  async function put(racer: number, value: string, guard: Revision): Promise<Entry | undefined> {
    try {
      const { entries } = await storageOf(racer).commit([{ type: 'put', key, value: Buffer.from(value) }], [{ key, revision: guard }]);
      return entries[0]!;
    } catch (error) {
      if (StorageError.is(error, guard === 0 ? 'Exists' : 'Conflict')) return undefined;
      throw error;
    }
  }

  async function remove(racer: number, guard: Revision): Promise<boolean> {
    try {
      await storageOf(racer).commit([{ type: 'delete', key }], [{ key, revision: guard }]);
      return true;
    } catch (error) {
      if (StorageError.is(error, 'NotFound')) return false;
      throw error;
    }
  }
});

/** With a value that is equal when its bytes are, whatever holds them. */
function plain(entry: Entry | undefined) {
  return entry && { ...entry, value: Buffer.from(entry.value).toString() };
}
