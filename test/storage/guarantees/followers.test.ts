import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { lastValueFrom, takeWhile, tap } from 'rxjs';
import { StorageError } from '../../../lib/storage/storage-error.js';
import type { Change, Revision, Storage, Write } from '../../../lib/storage/storage.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { CommitLedger, show } from './commit-ledger.js';
import { drawBelow, effort, itSeeded } from './effort.js';
import { StorageProcess } from './storage-process.js';

const ROOT = '/registry/followers/';
const WRITERS = 8;
const FOLLOWERS = 4;

describe('followers of EmbeddedStorage', () => {
  const directory = temporaryDirectory();
  const rounds = effort({ here: 8, ci: 16, soak: 300 });

  itSeeded(`see each change once and in order, through ${rounds} kills`, async (random) => {
    const storage = new StorageProcess({ engine: 'embedded', directory: directory() });
    await storage.start();
    const start = await storage.revision();
    const ledger = new CommitLedger();
    let over = false;
    const writers = Array.from({ length: WRITERS }, () => write(storage, random, ledger, () => over));
    const followers = Array.from({ length: FOLLOWERS }, () => new Follower(storage, start));
    const following = followers.map((follower) => follower.run());
    for (let round = 0; round < rounds; round++) {
      await pause(20 + drawBelow(random, 80)); // the moment of the blow is what is tested
      await storage.kill();
      await storage.start();
    }
    over = true;
    await Promise.all(writers);
    const { revision: end } = await storage.commit([{ type: 'put', key: `${ROOT}end`, value: Buffer.from('') }]);
    await Promise.all(following);

    const all: string[] = [];
    await read(storage, start, (change) => {
      all.push(show(change));
      return change.revision < end;
    });
    for (const { seen } of followers) expect(seen).to.deep.equal(all);
    const shown = new Set(all);
    const acknowledged = ledger.after(start, ROOT, Infinity);
    expect(acknowledged.length).to.be.greaterThan(rounds);
    expect(acknowledged.filter((text) => !shown.has(text))).to.deep.equal([]);
    await storage.stop();
  }).timeout(effort({ here: 120_000, soak: 3_600_000 }));
});

/** Watches, and when the watch ends with the process, watches again from where it was. */
class Follower {
  readonly seen: string[] = [];
  readonly #storage: Storage;
  #position: Revision;

  constructor(storage: Storage, start: Revision) {
    this.#storage = storage;
    this.#position = start;
  }

  /** Resolves when it has come to the end. */
  async run(): Promise<void> {
    for (let ended = false; !ended;) {
      const note = (change: Exclude<Change, { type: 'progress' }>) => {
        this.seen.push(show(change));
        this.#position = change.revision; // commits come whole
        ended = change.type === 'put' && change.entry.key.endsWith('end');
        return !ended;
      };
      await read(this.#storage, this.#position, note).catch(async (error: unknown) => {
        if (!StorageError.is(error, 'Unavailable')) throw error;
        await pause(5);
      });
    }
  }
}

/** Reads changes for as long as `wantsMore` says. */
async function read(
  storage: Storage,
  since: Revision,
  wantsMore: (change: Exclude<Change, { type: 'progress' }>) => boolean,
): Promise<void> {
  let more = true;
  const changes = storage.watch(ROOT, since).pipe(
    tap((change) => {
      if (change.type !== 'progress') more = wantsMore(change);
    }),
    takeWhile(() => more),
  );
  await lastValueFrom(changes, { defaultValue: undefined });
}

/** Commits one to three keys at a time, and notes what was acknowledged. */
async function write(storage: Storage, random: () => number, ledger: CommitLedger, done: () => boolean): Promise<void> {
  for (let i = 0; !done(); i++) {
    const keys = new Set(Array.from({ length: 1 + drawBelow(random, 3) }, () => `${ROOT}k${drawBelow(random, 20)}`));
    const writes = [...keys].map((key): Write => {
      return random() < 0.2 ? { type: 'delete', key } : { type: 'put', key, value: Buffer.from(String(i)) };
    });
    try {
      ledger.add(writes, await storage.commit(writes));
    } catch (error) {
      if (!StorageError.is(error)) throw error;
      if (error.code !== 'NotFound') await pause(5); // killed; or a delete of what is not there
    }
  }
}
