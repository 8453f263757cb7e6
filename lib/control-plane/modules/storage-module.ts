import { join } from 'node:path';
import { ContainerModule } from 'inversify';
import { EmbeddedStorage } from '../../storage/embedded/embedded-storage.js';
import { MemoryStorage } from '../../storage/memory/memory-storage.js';
import type { Storage } from '../../storage/storage.js';
import type { ResolvedOptions } from '../options.js';
import { TOKENS } from '../tokens.js';

/** Binds `storage`: the one given, the durable embedded store under `dataDir`, or memory. Needs: options. */
export const storageModule = new ContainerModule(({ bind }) => {
  bind(TOKENS.storage).toResolvedValue(storageFor, [TOKENS.options]).inSingletonScope();
});

function storageFor({ storage, dataDir, environment, logger }: ResolvedOptions): Storage {
  if (storage) return storage;
  if (dataDir === undefined) return new MemoryStorage({ environment });
  return new EmbeddedStorage({ directory: join(dataDir, 'store'), environment, logger: logger.child({ component: 'storage' }) });
}
