import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { MemoryStorage } from '../../../lib/storage/memory/memory-storage.js';
import type { Storage } from '../../../lib/storage/storage.js';
import { checkHistory } from '../../support/linearizability/check.js';
import { corruptions } from '../../support/linearizability/corruptions.js';
import type { History } from '../../support/linearizability/operation.js';
import { eventually } from '../../support/eventually.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { CLIENTS, runClients } from './clients.js';
import { drawBelow, effort, itSeeded } from './effort.js';
import { Recorder } from './recorder.js';
import { StorageProcess } from './storage-process.js';

const KIB = 1024;
const KEYS = Array.from({ length: 24 }, (_, i) => `/k${i}`);

describe('sixteen clients see a linearizable store', function () {
  this.timeout(effort({ here: 120_000, soak: 3_600_000 }));

  itSeeded('MemoryStorage, racing', async (random) => {
    const storage = new MemoryStorage();
    await storage.start();
    const recorder = new Recorder('/registry');
    const operations = effort({ here: 20_000, soak: 400_000 });
    await runClients({
      recorder,
      random,
      keys: KEYS,
      storageOf: () => storage,
      done: () => recorder.history.operations.length >= operations,
    });
    judge(recorder.history, random);
    await storage.stop();
  });

  describe('EmbeddedStorage', () => {
    const directory = temporaryDirectory();
    const rounds = effort({ here: 12, ci: 24, soak: 400 });

    itSeeded(`killed and paused ${rounds} times`, async (random) => {
      const storage = new StorageProcess({
        engine: 'embedded',
        directory: directory(),
        segmentBytes: 64 * KIB,
        checkpointBytes: 128 * KIB,
      });
      await storage.start();
      const history = await underFire(storage, random, async (round) => {
        if (round % 3 === 2) return pauseFor(storage, 1 + drawBelow(random, 60));
        await storage.kill();
        await storage.start();
      });
      expect(
        history.operations.some(({ outcome }) => outcome.type === 'unknown'),
        'a call was cut off',
      ).to.equal(true);
      await storage.stop();
    });

    /** Clients at work while the store is struck again and again; then the store is read once more, and judged. */
    async function underFire(storage: Storage, random: () => number, strike: (round: number) => Promise<void>): Promise<History> {
      const recorder = new Recorder('/registry');
      let over = false;
      const clients = runClients({ recorder, random, keys: KEYS, storageOf: () => storage, done: () => over });
      for (let round = 0; round < rounds; round++) {
        await worked(recorder, 50 + drawBelow(random, 400));
        await strike(round);
      }
      over = true;
      await clients;
      for (const key of KEYS) await recorder.call(storage, CLIENTS, key, { type: 'get' });
      await recorder.scan(storage, CLIENTS);
      judge(recorder.history, random);
      return recorder.history;
    }
  });
});

/** Resolves when clients have been answered so many times more. */
async function worked({ history }: Recorder, times: number): Promise<void> {
  const answers = () => history.operations.filter(({ outcome }) => outcome.type !== 'failed').length;
  const target = answers() + times;
  await eventually(() => answers() >= target, { timeout: 30_000, interval: 1 });
}

async function pauseFor(storage: StorageProcess, milliseconds: number): Promise<void> {
  storage.pause();
  await pause(milliseconds);
  storage.resume();
}

/** The history must pass; spoilt in any way it must not, else this history would have hidden that error. */
function judge(history: History, random: () => number): void {
  expect(checkHistory(history)).to.equal(undefined);
  for (const [what, corrupt] of Object.entries(corruptions)) {
    for (const key of KEYS.slice(0, 4)) {
      const bad = corrupt(only(history, key), random);
      if (bad !== undefined) expect(checkHistory(bad), `${key}: ${what}`).to.be.a('string');
    }
  }
}

/** What was done with one key: as good a history as the whole. */
function only({ operations, scans }: History, key: string): History {
  return {
    operations: operations.filter((one) => one.key === key),
    scans: scans.map((scan) => ({ ...scan, entries: new Map([...scan.entries].filter(([name]) => name === key)) })),
  };
}
