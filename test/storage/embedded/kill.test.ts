import { expect } from 'chai';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EmbeddedStorage } from '../../../lib/storage/embedded/embedded-storage.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { drawBelow, effort, itSeeded } from '../guarantees/effort.js';
import { WriterProcess } from './writer-process.js';

/** Another number by `KUBELIB_KILL_ROUNDS`. */
const ROUNDS = Number(process.env['KUBELIB_KILL_ROUNDS'] ?? effort({ here: 20, ci: 200, soak: 10_000 }));
/** Directories that are written to at the same time: while one process starts, another writes. */
const LANES = 4;
/** Rounds after which a new directory is begun, lest it grow ever larger. */
const LIFE = 20;

describe('EmbeddedStorage under kill -9', function () {
  this.timeout(60_000 + ROUNDS * 5000);
  const root = temporaryDirectory();

  itSeeded(`loses nothing acknowledged in ${ROUNDS} rounds, and gives no revision twice`, async (random) => {
    const lives = Array.from({ length: Math.ceil(ROUNDS / LIFE) }, (_, i) => Math.min(LIFE, ROUNDS - i * LIFE));
    let directories = 0;
    let acknowledged = 0;
    const lane = async () => {
      for (let rounds = lives.pop(); rounds !== undefined; rounds = lives.pop()) {
        const directory = join(root(), String(++directories));
        const life = new Life(directory, random);
        for (let round = 0; round < rounds; round++) await life.round();
        acknowledged += life.acknowledged.size;
        await rm(directory, { recursive: true });
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    expect(acknowledged).to.be.greaterThan(ROUNDS);
  });
});

/** A data directory whose writer is killed again and again. */
class Life {
  readonly #directory: string;
  readonly #random: () => number;
  /** The revision of each number that was acknowledged. */
  readonly acknowledged = new Map<number, number>();
  #round = 0;
  #first = 0;
  #highest = 0;

  constructor(directory: string, random: () => number) {
    this.#directory = directory;
    this.#random = random;
  }

  async round(): Promise<void> {
    const writer = new WriterProcess(this.#directory, { first: this.#first, writers: 1 + (this.#round % 3) * 16 });
    await writer.ready();
    await pause(1 + drawBelow(this.#random, 200)); // the moment of the blow is what is tested
    await writer.kill();
    for (const [number, revision] of writer.acknowledged) {
      expect(revision, `the revision of key ${number} in round ${this.#round}`).to.be.greaterThan(this.#highest);
      this.acknowledged.set(number, revision);
    }
    const storage = new EmbeddedStorage({ directory: this.#directory });
    await storage.start();
    await this.#compare(storage);
    await storage.stop();
    this.#round++;
  }

  async #compare(storage: EmbeddedStorage): Promise<void> {
    const { entries } = await storage.list('/numbers/');
    const stored = new Map(entries.map((entry) => [numberOf(entry.value), entry.revision]));
    for (const [number, revision] of this.acknowledged) {
      if (stored.get(number) !== revision) expect(stored.get(number), `key ${number} in round ${this.#round}`).to.equal(revision);
    }
    expect(new Set(stored.values()).size, 'a revision is given once').to.equal(stored.size);
    const latest = await storage.get('/latest');
    if (latest) expect(stored.get(Number(Buffer.from(latest.value).toString())), 'a commit is whole').to.equal(latest.revision);
    const revision = await storage.revision();
    expect(revision).to.be.at.least(Math.max(this.#highest, ...stored.values()));
    this.#highest = revision;
    this.#first = Math.max(-1, ...stored.keys()) + 1;
  }
}

function numberOf(value: Uint8Array): number {
  return (JSON.parse(Buffer.from(value).toString()) as { number: number }).number;
}
