import { seededRandom } from '../../lib/base/seeded-random.js';

/** Choices that are the same ones for the same seed. */
export class Random {
  readonly #next: () => number;

  constructor(readonly seed: number) {
    this.#next = seededRandom(seed);
  }

  /** In [0, 1). */
  next(): number {
    return this.#next();
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  /** An integer in [low, high]. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True once in so many times, such as 0.25: every fourth. */
  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('there is nothing to pick from');
    return list[this.below(list.length)] as T;
  }

  /** One of the values; a weight of 2 comes twice as often as one of 1. */
  weighted<T>(choices: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.#next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of choices) if ((left -= weight) < 0) return value;
    return choices.at(-1)![1];
  }

  /** `make` called between `low` and `high` times. */
  list<T>(low: number, high: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.between(low, high) }, (_, index) => make(index));
  }

  /** Lower-case letters and digits, a letter first: part of a DNS label. */
  word(length = 6): string {
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    return this.pick([...letters]) + this.list(length - 1, length - 1, () => this.pick([...letters, ...'0123456789'])).join('');
  }
}

/** The seed of the `index`th part of a run, far from those of its neighbours. */
export function seedOf(run: number, index: number): number {
  return (Math.imul(run + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0;
}
