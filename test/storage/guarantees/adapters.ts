import { CachedStorage } from '../../../lib/storage/cached/cached-storage.js';
import { EmbeddedStorage } from '../../../lib/storage/embedded/embedded-storage.js';
import { EtcdStorage } from '../../../lib/storage/etcd/index.js';
import { EtcdV2Storage } from '../../../lib/storage/etcd-v2/index.js';
import { MemoryStorage } from '../../../lib/storage/memory/memory-storage.js';
import type { Storage } from '../../../lib/storage/storage.js';
import { etcdNeed, useEtcd } from '../../support/etcd.js';
import { type Need, needs } from '../../support/needs.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import type { Effort } from './effort.js';

/** What the guarantees that hold for every adapter are proven on. */
export interface Adapter {
  readonly name: string;
  readonly need?: Need;
  /**
   * Called within a `describe`: registers the hooks that it needs, and gives what makes a store, not started; several, over
   * the same keys, when stores may be shared. It remembers at least {@link WINDOW} commits unless it is told to forget them.
   */
  readonly use: () => () => Storage;
  /** Races, each of 64. */
  readonly races: Effort;
  /** Watches opened at random revisions. */
  readonly reconnects: Effort;
  /** Keys in a commit. Default 3. */
  readonly maxWrites?: number;
  /** Whether what came before the start of the store may be `Compacted`. Default false. */
  readonly forgetsAtStart?: boolean;
  /** Whether what was compacted before the start of the store may be served all the same, where it is still there. Default false. */
  readonly compactsUntilStart?: boolean;
  /** Why a watch may now and then end with `Compacted` when nothing was compacted. Default: it must not. */
  readonly forgetsEarly?: string;
}

/** Commits that can be watched from, in each store. */
export const WINDOW = 4_000;

/** Milliseconds for etcd to answer on a machine that is busy: a commit without an answer could not be judged. */
const PATIENCE = 60_000;

const history = { count: WINDOW, bytes: Infinity };
const local = { races: { here: 1000, soak: 20_000 }, reconnects: { here: 100_000, soak: 2_000_000 } };
const remote = { races: { here: 100, ci: 200, soak: 5000 }, reconnects: { here: 1000, ci: 2000, soak: 100_000 }, need: etcdNeed };
const cached = (engine: Storage) => new CachedStorage(engine, { history, patience: PATIENCE });

const adapters: readonly Adapter[] = [
  { name: 'MemoryStorage', use: () => () => new MemoryStorage({ history }), ...local },
  { name: 'EmbeddedStorage', use: embedded, ...local },
  { name: 'CachedStorage over MemoryStorage', use: () => () => cached(new MemoryStorage({ history })), ...local, forgetsAtStart: true },
  {
    name: 'EtcdStorage',
    use: etcd(v3),
    ...remote,
    races: { ...remote.races, ci: 1000 },
    forgetsEarly: 'etcd may send the first changes of a watch without what they replaced',
  },
  { name: 'CachedStorage over EtcdStorage', use: etcd((members) => cached(v3(members))), ...remote, forgetsAtStart: true },
  { name: 'EtcdV2Storage', use: etcd(v2), ...remote, maxWrites: 1, forgetsAtStart: true, compactsUntilStart: true },
];

/** Runs a suite for each adapter; `make` makes a store for a test. */
export function forEachAdapter(title: string, suite: (adapter: Adapter, make: () => Storage) => void): void {
  for (const adapter of adapters) {
    describe(`${title} ${adapter.name}`, () => {
      if (adapter.need === undefined) suite(adapter, adapter.use());
      else needs(adapter.need, () => suite(adapter, adapter.use()));
    });
  }
}

function embedded(): () => Storage {
  const directory = temporaryDirectory();
  return () => new EmbeddedStorage({ directory: directory(), history });
}

function etcd(make: (endpoints: readonly string[]) => Storage): Adapter['use'] {
  return () => {
    const cluster = useEtcd();
    return () => make(cluster.endpoints);
  };
}

function v3(endpoints: readonly string[]): Storage {
  return new EtcdStorage({ endpoints, requestTimeout: PATIENCE });
}

function v2(endpoints: readonly string[]): Storage {
  return new EtcdV2Storage({ endpoints: endpoints.map((endpoint) => `http://${endpoint}`), requestTimeout: PATIENCE, history });
}
