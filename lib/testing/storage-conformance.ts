import { compaction } from './storage/compaction.js';
import { lifecycle } from './storage/lifecycle.js';
import { multiKeyCommits } from './storage/multi-key.js';
import { races, scale } from './storage/races.js';
import { progress, requestedProgress } from './storage/progress.js';
import { reads } from './storage/reads.js';
import type { StorageConformanceOptions, StorageFactory } from './storage/storage-bed.js';
import { storageTest } from './storage/storage-suite.js';
import { timeToLive } from './storage/time-to-live.js';
import { watches } from './storage/watches.js';
import { awkwardKeys, writes } from './storage/writes.js';

export type { StorageConformanceOptions, StorageFactory, StorageFeature } from './storage/storage-bed.js';

/**
 * Mocha tests that every `Storage` adapter, and every decorator of one, must pass.
 *
 * `factory` makes a store that has not been started; each test gets one of its own, stops it, and keeps to keys of its
 * own, so that stores over one shared engine will do.
 *
 * ```ts
 * storageConformance('MemoryStorage', () => new MemoryStorage());
 * ```
 */
export function storageConformance(name: string, factory: StorageFactory, options: StorageConformanceOptions = {}): void {
  describe(`${name} as a Storage`, function () {
    this.timeout(options.timeout ?? 20_000);
    const test = storageTest(factory, options);
    describe('reading', () => reads(test));
    describe('writing', () => writes(test));
    describe('awkward keys', () => awkwardKeys(test));
    describe('a commit of several keys', () => multiKeyCommits(test));
    describe('a watch', () => watches(test));
    describe('progress', () => progress(test));
    describe('requested progress', () => requestedProgress(test));
    describe('compaction', () => compaction(test));
    describe('a time to live', () => timeToLive(test, options));
    describe('races', () => races(test));
    describe('scale', () => scale(test));
    describe('lifecycle', () => lifecycle(test, factory, options));
  });
}
