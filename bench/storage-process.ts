import { CachedStorage } from '../lib/storage/cached/cached-storage.js';
import { EmbeddedStorage } from '../lib/storage/embedded/embedded-storage.js';
import { EtcdStorage } from '../lib/storage/etcd/index.js';
import type { Storage } from '../lib/storage/storage.js';
import { ENTRIES, namespacePrefix } from './storage-entries.js';

/**
 * A process of its own for figures of a whole process: starts a cache over a store that holds all entries, uses it a little,
 * and prints how long the start took and what memory is resident. `embedded DIRECTORY`, or `etcd ENDPOINT`; `reopen DIRECTORY`
 * starts the embedded store alone.
 */
const [kind = '', place = ''] = process.argv.slice(2);

function engine(): Storage {
  if (kind === 'etcd') return new EtcdStorage({ endpoints: [place] });
  return new EmbeddedStorage({ directory: place });
}

const storage = kind === 'reopen' ? engine() : new CachedStorage(engine());
const begin = performance.now();
await storage.start();
const milliseconds = performance.now() - begin;
let count = 0;
for (let namespace = 0; namespace < 15; namespace++) count += (await storage.list(namespacePrefix(namespace))).entries.length;
if (count !== ENTRIES) throw new Error(`${count} entries instead of ${ENTRIES}`);
const megabytes = process.memoryUsage().rss / 1_000_000;
await storage.stop();
console.log(JSON.stringify({ milliseconds, megabytes }));
