import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client, credentials } from '@grpc/grpc-js';
import { CachedStorage } from '../lib/storage/cached/cached-storage.js';
import { EmbeddedStorage } from '../lib/storage/embedded/embedded-storage.js';
import { EtcdStorage } from '../lib/storage/etcd/index.js';
import { transactionOf } from '../lib/storage/etcd/transaction.js';
import { txn } from '../lib/storage/etcd/wire/kv.js';
import { MemoryStorage } from '../lib/storage/memory/memory-storage.js';
import type { Storage, Write } from '../lib/storage/storage.js';
import { Etcd } from '../test/support/etcd.js';
import { onPath } from '../test/support/needs.js';
import type { Bench, Figure } from './harness.js';
import { milliseconds, perSecond } from './harness.js';
import { fill, keyOf, namespacePrefix, writeOf } from './storage-entries.js';

/** Commits write one of so many keys. */
const KEYS = 10_000;
const WATCHERS = 1_000;

/** Makes a commit of one put. */
type Commit = (write: Write) => Promise<unknown>;

/** The embedded store beside etcd, and what the cache serves. etcd is the one on PATH: one member, with its default fsync, on the same disk. */
export const storage: Bench = {
  name: 'storage',
  figures: async () => {
    const setup = new Setup();
    const directory = await mkdtemp(join(tmpdir(), 'kubelib-bench-'));
    setup.closing.push(() => rm(directory, { recursive: true }));
    const embedded = await setup.start(new EmbeddedStorage({ directory: join(directory, 'commits') }));
    const cached = await setup.start(new CachedStorage(await filledMemory()));
    const endpoint = await setup.etcd();
    return {
      figures: [
        ...commits('embedded', 5_000, 40_000, (write) => embedded.commit([write])),
        ...(endpoint === undefined ? [] : await etcdFigures(setup, endpoint)),
        ...reads(cached),
        ...embeddedProcesses(join(directory, 'large')),
      ],
      close: () => setup.close(),
    };
  },
};

/** What is running for the sake of the figures. */
class Setup {
  /** In the order of their making; what was made last goes first. */
  readonly closing: (() => Promise<unknown> | void)[] = [];

  async start<T extends Storage>(one: T): Promise<T> {
    await one.start();
    this.closing.push(() => one.stop());
    return one;
  }

  /** The endpoint of an etcd of our own; undefined where there is none to start. */
  async etcd(): Promise<string | undefined> {
    if (!onPath('etcd')) {
      console.log('storage      there is no etcd here (install etcd-server): its figures are left out');
      return undefined;
    }
    const etcd = new Etcd();
    await etcd.start();
    this.closing.push(() => etcd.stop());
    return etcd.endpoints[0];
  }

  async close(): Promise<void> {
    for (const close of this.closing.reverse()) await close();
  }
}

async function etcdFigures(setup: Setup, endpoint: string): Promise<Figure[]> {
  const adapter = await setup.start(new EtcdStorage({ endpoints: [endpoint] }));
  const fresh = await setup.start(new CachedStorage(new EtcdStorage({ endpoints: [endpoint] })));
  const bare = new Client(endpoint, credentials.createInsecure());
  setup.closing.push(() => bare.close());
  return [
    ...commits('etcd, bare gRPC client', 1_500, 10_000, (write) => bareCommit(bare, write)),
    ...commits('etcd, adapter', 1_500, 10_000, (write) => adapter.commit([write])),
    ...commits('cached over etcd', 1_500, 10_000, (write) => fresh.commit([write])),
    ...freshReads(fresh, adapter),
    ...etcdProcesses(adapter, endpoint),
  ];
}

function commits(who: string, one: number, many: number, commit: Commit): Figure[] {
  return [
    ...commitFigures(`${who}: commits, 1 in flight`, one, 1, commit),
    ...commitFigures(`${who}: commits, 64 in flight`, many, 64, commit),
  ];
}

/** Commits a second, and the 99th percentile of their times, of the same runs. */
function commitFigures(name: string, count: number, inFlight: number, commit: Commit): Figure[] {
  const percentiles: number[] = [];
  const run = async () => {
    const times = new Float64Array(count);
    const rate = await perSecond(count, inFlight, async (i) => {
      const write = writeOf(i % KEYS);
      const begin = performance.now();
      await commit(write);
      times[i] = performance.now() - begin;
    });
    percentiles.push(times.sort()[Math.floor(count * 0.99)]!);
    return rate;
  };
  return [
    { name, unit: '/s', run },
    { name: `${name}, p99`, unit: 'ms', run: () => Promise.resolve(percentiles.shift()!) },
  ];
}

/** The adapter's own transaction, by a client that does nothing else. */
function bareCommit(client: Client, write: Write): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = transactionOf([write], []);
    client.makeUnaryRequest(
      txn.path,
      (message: typeof request) => Buffer.from(txn.encode(message)),
      txn.decode,
      request,
      (error, response) => (error ? reject(error) : resolve(response)),
    );
  });
}

async function filledMemory(): Promise<MemoryStorage> {
  const memory = new MemoryStorage();
  await memory.start();
  await fill(memory, 100);
  return memory;
}

/** What comes from memory alone: 150,000 entries in a cache over a store in memory. */
function reads(cached: Storage): Figure[] {
  const prefix = namespacePrefix(0);
  return [
    { name: 'cached: list of 10,000 of 150,000', unit: 'ms', run: () => milliseconds(() => cached.list(prefix)) },
    { name: 'cached: list of 10,000, 10,000 commits ago', unit: 'ms', run: () => pastList(cached, prefix) },
    { name: 'cached: one commit delivered to 1,000 watchers', unit: 'ms', run: () => delivery(cached) },
  ];
}

async function pastList(cached: Storage, prefix: string): Promise<number> {
  const revision = await cached.revision();
  await perSecond(10_000, 64, (i) => cached.commit([writeOf(i)]));
  return milliseconds(() => cached.list(prefix, { revision }));
}

/** Mean of 100 commits, each until the last watcher has it. */
async function delivery(cached: Storage): Promise<number> {
  const revision = await cached.revision();
  let seen = 0;
  const watches = Array.from({ length: WATCHERS }, () => cached.watch(namespacePrefix(0), revision).subscribe(() => seen++));
  const time = await milliseconds(async () => {
    for (let i = 0; i < 100; i++) await cached.commit([writeOf(0)]);
  });
  for (const watch of watches) watch.unsubscribe();
  if (seen !== 100 * WATCHERS) throw new Error(`${seen} deliveries`);
  return time / 100;
}

/** What a read of the latest state costs that has to ask etcd for its revision. */
function freshReads(fresh: Storage, adapter: Storage): Figure[] {
  const mean = async (read: (i: number) => Promise<unknown>) => 1000 / (await perSecond(300, 1, read));
  const elsewhere = { type: 'put', key: '/elsewhere', value: Buffer.from('x') } as const;
  return [
    { name: 'cached over etcd: a fresh get', unit: 'ms', run: () => mean(() => fresh.get(keyOf(0))) },
    { name: 'etcd, adapter: a get', unit: 'ms', run: () => mean(() => adapter.get(keyOf(0))) },
    {
      name: 'cached over etcd: a fresh get after a write elsewhere',
      unit: 'ms',
      run: async () => {
        let time = 0;
        for (let i = 0; i < 300; i++) {
          await adapter.commit([elsewhere]);
          time += await milliseconds(() => fresh.get(keyOf(0)));
        }
        return time / 300;
      },
    },
    { name: 'cached over etcd: fresh gets, 64 in flight', unit: '/s', run: () => perSecond(20_000, 64, (i) => fresh.get(keyOf(i % KEYS))) },
  ];
}

interface Measured {
  readonly milliseconds: number;
  readonly megabytes: number;
}

/** Figures of processes of their own, with 150,000 values of 2.4 KB. */
function embeddedProcesses(directory: string): Figure[] {
  const filled = once(async () => {
    const store = new EmbeddedStorage({ directory });
    await store.start();
    await fill(store, 100);
    await store.stop();
  });
  const measure = async (kind: 'embedded' | 'reopen') => {
    await filled();
    return inProcess(kind, directory);
  };
  return [
    { name: 'embedded: reopen with 150,000 values', unit: 'ms', run: async () => (await measure('reopen')).milliseconds },
    { name: 'cached over embedded: resident with 150,000 values', unit: 'MB', run: async () => (await measure('embedded')).megabytes },
  ];
}

function etcdProcesses(adapter: Storage, endpoint: string): Figure[] {
  const filled = once(() => fill(adapter, 100));
  const measure = async () => {
    await filled();
    return inProcess('etcd', endpoint);
  };
  return [
    { name: 'cached over etcd: start with 150,000 values', unit: 'ms', run: async () => (await measure()).milliseconds },
    { name: 'cached over etcd: resident with 150,000 values', unit: 'MB', run: async () => (await measure()).megabytes },
  ];
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}

async function inProcess(kind: 'embedded' | 'etcd' | 'reopen', place: string): Promise<Measured> {
  const script = fileURLToPath(new URL('storage-process.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, kind, place]);
  return JSON.parse(stdout) as Measured;
}
