import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedStorage } from '../../../lib/storage/embedded/embedded-storage.js';
import { storageConformance } from '../../../lib/testing/storage-conformance.js';

const directories: string[] = [];

storageConformance(
  'EmbeddedStorage',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'kubelib-embedded-'));
    directories.push(directory);
    return new EmbeddedStorage({ directory });
  },
  {
    skip: { 'time to live': 'it keeps what is put until it is deleted' },
    cleanup: () => rm(directories.pop()!, { recursive: true }),
  },
);
