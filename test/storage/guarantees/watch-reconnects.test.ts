import { expect } from 'chai';
import { lastValueFrom, takeWhile, tap } from 'rxjs';
import { StorageError } from '../../../lib/storage/storage-error.js';
import type { Change, Revision, Storage, Write } from '../../../lib/storage/storage.js';
import { type Adapter, forEachAdapter, WINDOW } from './adapters.js';
import { CommitLedger, show } from './commit-ledger.js';
import { drawBelow, drawOne, effort, itSeeded } from './effort.js';

const ROOT = '/registry/guarantees/';
const PARTS = ['a/', 'b/', 'c/', 'd/'].map((part) => ROOT + part);
/** Reconnects between two looks at what came of them. */
const ROUND = 2500;
const WRITERS = 16;
const WATCHERS = 64;

/** A watch that was opened, and what came of it. */
interface Reconnect {
  readonly since: Revision;
  readonly prefix: string;
  readonly changes: string[];
  /** What stood when it was opened: the revision that had been compacted by then. */
  readonly forgotten: Revision;
  /** `closed` when the watcher had what it wanted, else the code of the error. */
  readonly end: string;
  /** What stood when it ended: the oldest revision from which it could have been served. */
  readonly floor: Revision;
}

forEachAdapter('watches of', (adapter, make) => {
  const count = effort(adapter.reconnects);
  const rounds = Math.max(4, Math.ceil(count / ROUND));

  itSeeded(`deliver each change once and in order, or end with Compacted, in ${count} reconnects`, async (random) => {
    const storage = make();
    await storage.start();
    const peer = storage.shared ? make() : storage;
    await peer.start();
    const field = new Field({ ...adapter, storage, peer, random, start: await storage.revision() });
    await field.write(500);
    for (let round = 1; round <= rounds; round++) {
      await field.round(count / rounds);
      if (round % 8 === 0 || round === 2) await field.restart();
    }
    if (adapter.forgetsEarly === undefined) expect(field.early).to.deep.equal([]);
    else expect(field.early.length).to.be.lessThan(count / 20);
    expect(field.ended.closed).to.be.greaterThan(count / 2);
    expect(field.ended.Compacted).to.be.greaterThan(count / 1000);
    expect(field.changes).to.be.greaterThan(count);
    await storage.stop();
    await peer.stop();
  }).timeout(60_000 + count * 20);
});

/** What a {@link Field} is made of. */
interface FieldOptions extends Pick<Adapter, 'maxWrites' | 'forgetsAtStart' | 'compactsUntilStart'> {
  /** Is watched. */
  readonly storage: Storage;
  /** Is written to: another one over the same keys, or the same. */
  readonly peer: Storage;
  readonly random: () => number;
  /** The revision when nothing had been written. */
  readonly start: Revision;
}

/** Writers and watchers of one store, and the ledger by which watches are judged. */
class Field {
  readonly #options: FieldOptions;
  readonly #random: () => number;
  readonly #ledger = new CommitLedger();
  #head: Revision;
  /** Asked to be compacted, and done so. */
  #compacting: Revision;
  #compacted: Revision;
  /** What may have been forgotten at a start. */
  #restarted: Revision;
  #values = 0;
  #left = 0;
  readonly ended = { closed: 0, Compacted: 0 };
  /** Watches that ended with Compacted though nobody had compacted what they wanted. */
  readonly early: string[] = [];
  /** Delivered and found right. */
  changes = 0;

  constructor(options: FieldOptions) {
    this.#options = options;
    this.#random = options.random;
    this.#head = this.#compacting = this.#compacted = this.#restarted = options.start;
  }

  /** Watchers come and go while writers write; then all that was delivered is compared with what was written. */
  async round(reconnects: number): Promise<void> {
    this.#left = reconnects;
    const seen: Reconnect[] = [];
    const watchers = Promise.all(Array.from({ length: WATCHERS }, () => this.#keepReconnecting(seen)));
    let over = false;
    const writers = Promise.all(Array.from({ length: WRITERS }, () => this.#keepWriting(() => over)));
    await this.#half(reconnects);
    await this.#forget();
    await watchers;
    over = true;
    await writers;
    for (const reconnect of seen) this.#judge(reconnect);
  }

  async #half(reconnects: number): Promise<void> {
    while (this.#left > reconnects / 2) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Stops what is watched, and starts it again. */
  async restart(): Promise<void> {
    const { storage, start, forgetsAtStart = false, compactsUntilStart = false } = this.#options;
    await storage.stop();
    await storage.start();
    if (forgetsAtStart) this.#restarted = await storage.revision();
    if (compactsUntilStart) this.#compacted = start;
  }

  /** Writes so many commits. */
  async write(commits: number): Promise<void> {
    let left = commits;
    await Promise.all(Array.from({ length: WRITERS }, () => this.#keepWriting(() => left-- <= 0)));
  }

  async #keepWriting(done: () => boolean): Promise<void> {
    while (!done()) {
      await this.#commit();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** A few keys, of which some are deleted. */
  async #commit(): Promise<void> {
    const { peer, maxWrites = 3 } = this.#options;
    const keys = new Set(
      Array.from({ length: 1 + drawBelow(this.#random, maxWrites) }, () => `${drawOne(this.#random, PARTS)}${drawBelow(this.#random, 5)}`),
    );
    const writes = [...keys].map((key): Write => {
      return this.#random() < 0.2 ? { type: 'delete', key } : { type: 'put', key, value: Buffer.from(String(++this.#values)) };
    });
    try {
      const committed = await peer.commit(writes);
      this.#ledger.add(writes, committed);
      this.#head = Math.max(this.#head, committed.revision);
    } catch (error) {
      if (!StorageError.is(error, 'NotFound')) throw error; // a delete of what is not there
    }
  }

  async #keepReconnecting(seen: Reconnect[]): Promise<void> {
    while (this.#left-- > 0) {
      seen.push(await this.#reconnect());
      if (this.#random() < 0.05) await new Promise((resolve) => setImmediate(resolve)); // lets writers write
    }
  }

  async #reconnect(): Promise<Reconnect> {
    const since = this.#since();
    const prefix = this.#random() < 0.5 ? ROOT : drawOne(this.#random, PARTS);
    const most = this.#random() < 0.002 ? Infinity : 1 + drawBelow(this.#random, 30);
    const present = this.#head; // a watch that wants all is content once it is as far as could be seen when it was opened
    const changes: string[] = [];
    const forgotten = this.#compacted;
    let content = false;
    const note = (change: Change) => {
      if (change.type !== 'progress') changes.push(show(change));
      content = changes.length >= most || (most === Infinity && change.revision >= present);
    };
    const watching = lastValueFrom(
      this.#options.storage.watch(prefix, since).pipe(
        tap(note),
        takeWhile(() => !content),
      ),
      { defaultValue: undefined },
    );
    const end = await watching.then(
      () => (content ? 'closed' : 'broken off'),
      (error: unknown) => (StorageError.is(error) ? error.code : String(error)),
    );
    return { since, prefix, changes, forgotten, end, floor: Math.max(this.#compacting, this.#restarted, this.#head + WRITERS - WINDOW) };
  }

  /** Anywhere, more often where it matters: near the present, and near what is forgotten. */
  #since(): Revision {
    const near = drawBelow(this.#random, 8) - 4;
    const where = this.#random();
    if (where < 0.3) return Math.max(this.#options.start, this.#head + near);
    if (where < 0.35) return Math.max(this.#options.start, this.#compacted + near);
    return this.#compacted + drawBelow(this.#random, this.#head - this.#compacted);
  }

  #judge({ since, prefix, changes, forgotten, end, floor }: Reconnect): void {
    const what = `a watch of ${prefix} since ${since}, ${end}`;
    const expected = this.#ledger.after(since, prefix, changes.length);
    if (changes.join() !== expected.join()) expect(changes, what).to.deep.equal(expected);
    if (since < forgotten) expect(end, `${what}: ${forgotten} had been compacted`).to.equal('Compacted');
    if (end !== 'closed') expect(end, what).to.equal('Compacted');
    if (end === 'Compacted' && since >= floor) this.early.push(what);
    this.ended[end as 'closed' | 'Compacted']++;
    this.changes += changes.length;
  }

  /** Compacts up to somewhere in the last commits, while watches come and go. */
  async #forget(): Promise<void> {
    this.#compacting = this.#head - drawBelow(this.#random, Math.min(2000, this.#head - this.#compacted));
    await this.#options.storage.compact(this.#compacting);
    this.#compacted = this.#compacting;
  }
}
