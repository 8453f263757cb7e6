import { EmbeddedStorage } from '../../../lib/storage/embedded/embedded-storage.js';
import { MemoryStorage } from '../../../lib/storage/memory/memory-storage.js';
import type { Storage } from '../../../lib/storage/storage.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import type { Effort } from './effort.js';

/** What the guarantees that hold for every adapter are proven on. */
export interface Adapter {
  readonly name: string;
  /**
   * Called within a `describe`: registers the hooks that it needs, and gives what makes an empty store, not started. The
   * store remembers at least {@link WINDOW} commits unless it is told to forget them.
   */
  readonly use: () => () => Storage;
  /** Races, each of 64. */
  readonly races: Effort;
  /** Watches opened at random revisions. */
  readonly reconnects: Effort;
}

/** Commits that can be watched from, in each store. */
export const WINDOW = 4_000;

const history = { count: WINDOW, bytes: Infinity };
const fast = { races: { here: 1000, soak: 20_000 }, reconnects: { here: 100_000, soak: 2_000_000 } };

export const adapters: readonly Adapter[] = [
  { name: 'MemoryStorage', use: () => () => new MemoryStorage({ history }), ...fast },
  { name: 'EmbeddedStorage', use: () => embedded(temporaryDirectory()), ...fast },
];

function embedded(directory: () => string): () => Storage {
  return () => new EmbeddedStorage({ directory: directory(), history });
}
