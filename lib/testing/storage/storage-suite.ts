import { type StorageConformanceOptions, type StorageFactory, StorageBed, type StorageFeature } from './storage-bed.js';

/** Defines one test on a fresh store. */
export type StorageTest = (title: string, run: (bed: StorageBed) => Promise<void>, feature?: StorageFeature) => void;

/** `it` with a store of its own, started before and stopped after. */
export function storageTest(factory: StorageFactory, options: StorageConformanceOptions): StorageTest {
  return (title, run, feature) => {
    const reason = feature && options.skip?.[feature];
    if (reason !== undefined) {
      it.skip(`${title} (no ${feature}: ${reason})`);
      return;
    }
    it(title, async () => {
      const bed = new StorageBed(await factory(), options);
      try {
        await bed.storage.start();
        await run(bed);
      } finally {
        await bed.stop();
      }
    });
  };
}
