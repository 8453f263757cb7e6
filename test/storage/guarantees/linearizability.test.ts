import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { CachedStorage } from '../../../lib/storage/cached/cached-storage.js';
import { EtcdStorage } from '../../../lib/storage/etcd/index.js';
import { EtcdV2Storage } from '../../../lib/storage/etcd-v2/index.js';
import { MemoryStorage } from '../../../lib/storage/memory/memory-storage.js';
import type { Storage } from '../../../lib/storage/storage.js';
import { etcdNeed, useEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { checkHistory } from '../../support/linearizability/check.js';
import { corruptions } from '../../support/linearizability/corruptions.js';
import type { History } from '../../support/linearizability/operation.js';
import { needs } from '../../support/needs.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { CLIENTS, runClients } from './clients.js';
import { drawBelow, effort, itSeeded } from './effort.js';
import { Recorder } from './recorder.js';
import { StorageProcess } from './storage-process.js';

const KIB = 1024;
const KEYS = Array.from({ length: 24 }, (_, i) => `/k${i}`);

describe('sixteen clients see a linearizable store', function () {
  this.timeout(effort({ here: 240_000, soak: 7_200_000 }));

  describe('MemoryStorage', () => {
    itSeeded('that they race on', async (random) => {
      const storage = new MemoryStorage();
      await storage.start();
      await judged([storage], random, (recorder) => worked(recorder, effort({ here: 20_000, soak: 200_000 })));
      await storage.stop();
    });
  });

  describe('EmbeddedStorage', () => {
    const directory = temporaryDirectory();
    const rounds = effort({ here: 12, ci: 24, soak: 400 });

    itSeeded(`that is killed with SIGKILL and paused, ${rounds} times in all`, async (random) => {
      const storage = new StorageProcess({
        engine: 'embedded',
        directory: directory(),
        segmentBytes: 64 * KIB,
        checkpointBytes: 128 * KIB,
      });
      await storage.start();
      const history = await judged([storage], random, async (recorder) => {
        for (let round = 0; round < rounds; round++) {
          await worked(recorder, 50 + drawBelow(random, 400));
          if (round % 3 === 2) {
            storage.pause();
            await pause(1 + drawBelow(random, 60));
            storage.resume();
          } else {
            await storage.kill();
            await storage.start();
          }
        }
      });
      expectCutOff(history);
      await storage.stop();
    });
  });

  needs(etcdNeed, () => {
    const engines: Readonly<Record<string, (endpoints: readonly string[]) => Storage>> = {
      EtcdStorage: (endpoints) => new EtcdStorage({ endpoints, keepalive: { every: 200, timeout: 500 } }),
      'CachedStorage over EtcdStorage': (endpoints) => new CachedStorage(engines['EtcdStorage']!(endpoints)),
      EtcdV2Storage: (endpoints) =>
        new EtcdV2Storage({ endpoints: endpoints.map((endpoint) => `http://${endpoint}`), requestTimeout: 2000 }),
    };

    for (const [name, make] of Object.entries(engines)) {
      /** Half of the clients use one store, the others another: what one has written, the other must show. */
      const withStores = async (endpoints: readonly string[], use: (storages: readonly Storage[]) => Promise<void>) => {
        const storages = [make(endpoints), make(endpoints)];
        for (const storage of storages) await storage.start();
        await use(storages);
        for (const storage of storages) await storage.stop();
      };

      describe(`${name}, on one member`, () => {
        const etcd = useEtcd();
        const rounds = effort({ here: 3, ci: 8, soak: 100 });

        itSeeded(`that is killed with SIGKILL and started again ${rounds} times`, (random) =>
          withStores(etcd.endpoints, async (storages) => {
            const history = await judged(storages, random, async (recorder) => {
              const [member] = etcd.members;
              for (let round = 0; round < rounds; round++) {
                await worked(recorder, 100 + drawBelow(random, 400));
                await member!.signal('SIGKILL');
                await etcd.launch(member!);
                await etcd.ready();
              }
            });
            expectCutOff(history);
          }),
        );
      });

      describe(`${name}, on three members`, () => {
        const etcd = useEtcd({ members: 3 });
        const rounds = effort({ here: 2, ci: 4, soak: 50 });

        itSeeded(`of which the leader is paused with SIGSTOP ${rounds} times`, (random) =>
          withStores(etcd.endpoints, async (storages) => {
            await judged(storages, random, async (recorder) => {
              for (let round = 0; round < rounds; round++) {
                await worked(recorder, 100 + drawBelow(random, 300));
                const leader = await etcd.leader();
                await leader.signal('SIGSTOP');
                if (round % 2 === 0)
                  await worked(recorder, 100); // the two others have elected another one
                else await pause(drawBelow(random, 500));
                await leader.signal('SIGCONT');
              }
            });
          }),
        );
      });
    }
  });
});

/** Clients at work on the stores, by turns, while something happens; then each store is read once more, and the history judged. */
async function judged(
  storages: readonly Storage[],
  random: () => number,
  happens: (recorder: Recorder) => Promise<void>,
): Promise<History> {
  const recorder = new Recorder('/registry/guarantees');
  let over = false;
  const clients = runClients({
    recorder,
    random,
    keys: KEYS,
    storageOf: (client) => storages[client % storages.length]!,
    done: () => over,
  });
  try {
    await happens(recorder);
  } finally {
    over = true;
    await clients;
  }
  for (const storage of storages) {
    for (const key of KEYS) await eventually(async () => (await recorder.call(storage, CLIENTS, key, { type: 'get' })) !== undefined);
    await eventually(() => recorder.scan(storage, CLIENTS));
  }
  judge(recorder.history, random);
  return recorder.history;
}

/** Resolves when clients have been answered so many times more. */
async function worked(recorder: Recorder, times: number): Promise<void> {
  const target = recorder.answers + times;
  await eventually(() => recorder.answers >= target, { timeout: 60_000, interval: 1 });
}

/** Else nobody can have noticed the blows. */
function expectCutOff({ operations }: History): void {
  expect(
    operations.some(({ outcome }) => outcome.type === 'unknown'),
    'a write was cut off',
  ).to.equal(true);
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
