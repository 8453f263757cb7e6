import { seededRandom } from '../../../lib/base/seeded-random.js';

/** How often something is done: by default, in CI (`CI=true`), and in the soak (`npm run soak`). */
export interface Effort {
  readonly here: number;
  /** Default: as `here`. */
  readonly ci?: number;
  readonly soak: number;
}

/** The number for this run. */
export function effort({ here, ci = here, soak }: Effort): number {
  if (process.env['KUBELIB_SOAK'] === 'true') return soak;
  return process.env['CI'] === 'true' ? ci : here;
}

/** A test that draws random numbers, and says with which seed it failed: `KUBELIB_SEED=…` draws them again. */
export function itSeeded(title: string, run: (random: () => number) => Promise<void>): Mocha.Test {
  return it(title, async () => {
    const seed = Number(process.env['KUBELIB_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    try {
      await run(seededRandom(seed));
    } catch (error) {
      throw new Error(`failed with KUBELIB_SEED=${seed}`, { cause: error });
    }
  });
}

/** A whole number below `below`. */
export function drawBelow(random: () => number, below: number): number {
  return Math.floor(random() * below);
}

/** One of them. */
export function drawOne<T>(random: () => number, items: readonly T[]): T {
  return items[drawBelow(random, items.length)]!;
}
