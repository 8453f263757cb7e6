import { type ContainerRuntimeConformanceOptions, RuntimeBed, type RuntimeFeature } from './runtime-bed.js';

/** Defines one test on a fresh runtime. */
export type RuntimeTest = (title: string, run: (bed: RuntimeBed) => Promise<void>, feature?: RuntimeFeature) => void;

/** `it` with a runtime of its own, started before, and stopped after with all that ran on it. */
export function runtimeTest(options: ContainerRuntimeConformanceOptions): RuntimeTest {
  return (title, run, feature) => {
    const reason = feature && options.skip?.[feature];
    if (reason !== undefined) {
      it.skip(`${title} (no ${feature}: ${reason})`);
      return;
    }
    it(title, async () => {
      const bed = await RuntimeBed.make(options);
      try {
        await bed.start();
        await run(bed);
      } finally {
        await bed.end();
      }
    });
  };
}
