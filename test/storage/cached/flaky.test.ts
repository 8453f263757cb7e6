import { expect } from 'chai';
import fc from 'fast-check';
import { Subscription } from 'rxjs';
import { seededRandom } from '../../../lib/base/seeded-random.js';
import { StorageError } from '../../../lib/storage/storage-error.js';
import type { Change, Page, Write } from '../../../lib/storage/storage.js';
import { CachedBed } from './cached-bed.js';

type Event = Exclude<Change, { type: 'progress' }>;

const keyOf = (event: Event) => (event.type === 'put' ? event.entry : event.previous).key;
const show = (event: Event) => `${event.revision} ${keyOf(event)}${event.type === 'put' ? `=${event.entry.value.toString()}` : ' deleted'}`;

/** All commits of an engine, by a watch that never fails. */
class Log {
  readonly events: Event[] = [];

  after(revision: number): string[] {
    return this.events.filter((event) => event.revision > revision).map(show);
  }

  stateAt(revision: number): Record<string, string> {
    const state = new Map<string, string>();
    for (const event of this.events) {
      if (event.revision > revision) break;
      if (event.type === 'put') state.set(keyOf(event), event.entry.value.toString());
      else state.delete(keyOf(event));
    }
    return Object.fromEntries([...state].sort());
  }
}

/** Lists and watches, and begins anew when it is told to; checks what it gets against the log. */
class Client {
  readonly #subscription = new Subscription();
  #got: string[] = [];
  #since = 0;
  #open = false;
  restarts = 0;

  constructor(
    private readonly bed: CachedBed,
    private readonly log: Log,
  ) {}

  async run(): Promise<void> {
    while (!this.#subscription.closed) {
      const page = await this.bed.cache.list('/registry/', { notBefore: 0 });
      checkPage(page, this.log);
      await this.#follow(page.revision);
      this.restarts++;
    }
  }

  #follow(since: number): Promise<void> {
    this.#got = [];
    this.#since = since;
    this.#open = true;
    return new Promise((resolve, reject) => {
      this.#subscription.add(
        this.bed.cache.watch('/registry/', since, { progressEvery: 500 }).subscribe({
          next: (change) => {
            if (change.type !== 'progress') this.#got.push(show(change));
          },
          error: (error: StorageError) => {
            this.#open = false;
            this.check();
            if (error.code === 'Compacted') resolve();
            else reject(error);
          },
        }),
      );
      this.#subscription.add(resolve);
    });
  }

  /** What came is the beginning of what there is. */
  check(whole = false): void {
    const expected = this.log.after(this.#since);
    expect(this.#got).to.deep.equal(whole && this.#open ? expected : expected.slice(0, this.#got.length));
  }

  close(): void {
    this.#subscription.unsubscribe();
  }
}

function checkPage({ entries, revision }: Page, log: Log): void {
  expect(Object.fromEntries(entries.map(({ key, value }) => [key, value.toString()])), `at ${revision}`).to.deep.equal(
    log.stateAt(revision),
  );
}

/** What goes wrong and what is written, drawn from one seed. */
class Trouble {
  readonly #random: () => number;
  readonly #pending: Promise<void>[] = [];
  #over = false;

  constructor(
    private readonly bed: CachedBed,
    private readonly log: Log,
    seed: number,
  ) {
    this.#random = seededRandom(seed);
    bed.engine.before = (call) => {
      if (!this.#over && call !== 'commit' && call !== 'stop' && this.#chance(0.15)) throw new StorageError('Unavailable', 'a bad moment');
    };
    bed.engine.after = (call) => {
      if (!this.#over && call !== 'stop' && this.#chance(0.3)) return bed.environment.sleep(this.#random() * 150);
    };
  }

  async step(): Promise<void> {
    const { engine, cache, environment } = this.bed;
    if (this.#chance(0.6)) this.#try(engine.storage.commit(this.#writes()));
    if (this.#chance(0.6)) this.#try(cache.commit(this.#writes()));
    if (this.#chance(0.3)) this.#try(this.#readLatest());
    if (this.#chance(0.1)) engine.breakWatches();
    if (this.#chance(0.1)) engine.mute();
    if (this.#chance(0.2)) engine.unmute();
    if (this.#chance(0.04)) this.#try(engine.storage.revision().then((revision) => engine.storage.compact(revision)));
    await environment.advance(this.#chance(0.5) ? 0 : Math.floor(this.#random() * 300));
  }

  async end(): Promise<void> {
    this.#over = true;
    this.bed.engine.unmute();
    await this.bed.environment.advance(20_000);
    await Promise.all(this.#pending);
  }

  /** As fresh as the engine was when it was asked for, and right. */
  async #readLatest(): Promise<void> {
    const least = await this.bed.engine.storage.revision();
    const page = await this.bed.cache.list('/registry/');
    expect(page.revision).to.be.at.least(least);
    checkPage(page, this.log);
  }

  #writes(): Write[] {
    const keys = new Set(Array.from({ length: 1 + Math.floor(this.#random() * 3) }, () => `/registry/k${Math.floor(this.#random() * 12)}`));
    return [...keys].map((key) =>
      this.#chance(0.25) ? { type: 'delete', key } : { type: 'put', key, value: Buffer.from(String(this.#random())) },
    );
  }

  #try(work: Promise<unknown>): void {
    this.#pending.push(
      work.then(
        () => undefined,
        (error: unknown) => {
          if (!StorageError.is(error, 'Unavailable') && !StorageError.is(error, 'NotFound')) throw error;
        },
      ),
    );
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }
}

async function play(seed: number): Promise<number> {
  const bed = await CachedBed.started({ pageSize: 3, patience: 500 });
  const log = new Log();
  const logging = bed.engine.storage.watch('/registry/', 1).subscribe((change) => log.events.push(change as Event));
  const clients = Array.from({ length: 4 }, () => new Client(bed, log));
  const running = clients.map((client) => client.run());
  const trouble = new Trouble(bed, log, seed);
  for (let step = 0; step < 150; step++) await trouble.step();
  await trouble.end();
  for (const client of clients) client.check(true);
  checkPage(await bed.cache.list('/registry/'), log);
  expect(await bed.cache.revision()).to.equal(await bed.engine.storage.revision());
  for (const client of clients) client.close();
  await Promise.all(running);
  logging.unsubscribe();
  await bed.stop();
  return clients[0]!.restarts;
}

describe('A CachedStorage over a flaky engine', function () {
  this.timeout(60_000);

  it('shows every commit once, in order and whole, or says Compacted; and its fresh reads are fresh', async () => {
    let restarts = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 - 1 }), async (seed) => {
        restarts += await play(seed);
      }),
      { numRuns: 15, endOnFailure: true },
    );
    expect(restarts, 'histories were lost, too').to.be.greaterThan(5);
  });
});
