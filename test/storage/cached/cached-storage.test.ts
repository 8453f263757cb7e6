import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CachedStorage } from '../../../lib/storage/cached/cached-storage.js';
import { EmbeddedStorage } from '../../../lib/storage/embedded/embedded-storage.js';
import { MemoryStorage } from '../../../lib/storage/memory/memory-storage.js';
import { storageConformance } from '../../../lib/testing/storage-conformance.js';

/** Of reads that wait for what never comes. */
const patience = 200;
/** Of the engines here. */
const skip = { 'time to live': 'the engine keeps what is put until it is deleted' };

storageConformance('CachedStorage over MemoryStorage', () => new CachedStorage(new MemoryStorage(), { patience }), { skip });

storageConformance(
  'CachedStorage over a cache of MemoryStorage',
  () => new CachedStorage(new CachedStorage(new MemoryStorage(), { patience }), { patience }),
  { skip },
);

const directories: string[] = [];

storageConformance(
  'CachedStorage over EmbeddedStorage',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'kubelib-cached-'));
    directories.push(directory);
    return new CachedStorage(new EmbeddedStorage({ directory }), { patience });
  },
  { skip, cleanup: () => rm(directories.pop()!, { recursive: true }) },
);
