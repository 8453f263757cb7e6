import type { Context } from 'mocha';
import { RegistryBed, type RegistryFactory } from './registry-bed.js';
import { widgets } from './widgets.js';

/** What a cluster may be unable to offer. */
export type RegistryHook = 'compact' | 'advance';

/** Defines one test on a fresh cluster; it is skipped where the cluster lacks the hook. */
export type RegistryTest = (title: string, run: (bed: RegistryBed) => Promise<void>, hook?: RegistryHook) => void;

/** `it` with a cluster of its own, stopped afterwards. */
export function registryTest(factory: RegistryFactory): RegistryTest {
  return (title, run, hook) => {
    it(title, async function (this: Context) {
      const bed = new RegistryBed(await factory([widgets]));
      try {
        if (hook && !bed.cluster[hook]) this.skip();
        await run(bed);
      } finally {
        await bed.stop();
      }
    });
  };
}
