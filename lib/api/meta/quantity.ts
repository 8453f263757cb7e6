import { parseQuantity, quantityText } from './quantity-text.js';
import type { QuantityFormat, QuantityParts } from './quantity-text.js';

/**
 * An exact amount, such as `250m` of a CPU or `1Gi` of memory. Immutable.
 *
 * Arithmetic is exact (a big integer times a power of ten), as sums over thousands of pods must not drift. `toString()` gives
 * the canonical form of Kubernetes: the largest suffix that needs no fraction, in the family (binary, decimal, exponent) of
 * the text it came from.
 */
export class Quantity {
  static readonly zero = new Quantity(0n, 0, 'decimal');
  readonly #unscaled: bigint;
  /** The value is `unscaled / 10^scale`. */
  readonly #scale: number;
  readonly #format: QuantityFormat;
  #text: string | undefined;

  private constructor(unscaled: bigint, scale: number, format: QuantityFormat) {
    this.#unscaled = unscaled;
    this.#scale = scale;
    this.#format = format;
  }

  /** Reads a quantity; throws RangeError with Kubernetes' words when it is none. */
  static parse(text: string | number): Quantity {
    const known = cache.get(text);
    if (known) return known;
    const made = Quantity.#of(parseQuantity(typeof text === 'number' ? String(text) : text));
    if (cache.size >= CACHE_LIMIT) cache.clear();
    cache.set(text, made);
    return made;
  }

  /** Like {@link parse}, `undefined` when it is no quantity. */
  static tryParse(text: string | number): Quantity | undefined {
    try {
      return Quantity.parse(text);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  static #of({ unscaled, scale, format }: QuantityParts): Quantity {
    return new Quantity(unscaled, scale, format);
  }

  /** The sum, in the family of this one (of the other, when this one is zero). */
  add(other: Quantity): Quantity {
    const scale = Math.max(this.#scale, other.#scale);
    return new Quantity(this.#at(scale) + other.#at(scale), scale, this.isZero() ? other.#format : this.#format);
  }

  /** The difference; it may be negative. */
  subtract(other: Quantity): Quantity {
    return this.add(new Quantity(-other.#unscaled, other.#scale, other.#format));
  }

  /** Below zero when this one is smaller, above zero when it is larger, zero when equal in value. */
  compare(other: Quantity): number {
    const scale = Math.max(this.#scale, other.#scale);
    const [a, b] = [this.#at(scale), other.#at(scale)];
    return a < b ? -1 : a > b ? 1 : 0;
  }

  isZero(): boolean {
    return this.#unscaled === 0n;
  }

  /** -1, 0 or 1. */
  sign(): number {
    return this.#unscaled < 0n ? -1 : this.#unscaled > 0n ? 1 : 0;
  }

  /** Whole thousandths, rounded up. */
  milliValue(): number {
    return Number(this.#roundedUp(3));
  }

  /** Whole units, rounded up. */
  value(): number {
    return Number(this.#roundedUp(0));
  }

  /** The exact number of whole units; undefined when it has a fraction. */
  wholeValue(): bigint | undefined {
    return this.isWhole() ? this.#roundedUp(0) : undefined;
  }

  /** The nearest double. */
  approximate(): number {
    return Number(`${this.#unscaled}e${-this.#scale}`);
  }

  /** Whether it has no fraction. */
  isWhole(): boolean {
    return this.#scale <= 0 || this.#unscaled % 10n ** BigInt(this.#scale) === 0n;
  }

  /** Rounded up to so many decimals: what is stored for pods is never finer than a thousandth. */
  roundUp(decimals: number): Quantity {
    return this.#scale <= decimals ? this : new Quantity(this.#roundedUp(decimals), decimals, this.#format);
  }

  /** Canonical text. */
  toString(): string {
    return (this.#text ??= quantityText({ unscaled: this.#unscaled, scale: this.#scale, format: this.#format }));
  }

  toJSON(): string {
    return this.toString();
  }

  #at(scale: number): bigint {
    return this.#unscaled * 10n ** BigInt(scale - this.#scale);
  }

  #roundedUp(decimals: number): bigint {
    if (this.#scale <= decimals) return this.#at(decimals);
    const step = 10n ** BigInt(this.#scale - decimals);
    const down = this.#unscaled / step;
    return this.#unscaled % step > 0n ? down + 1n : down;
  }
}

/** The same few texts occur in every pod. Cleared when full. */
const cache = new Map<string | number, Quantity>();
const CACHE_LIMIT = 4096;
