/** No integer of 64 bits has more than nineteen digits, and larger ones take long to read. */
const DIGITS = /^-?\d{1,19}$/;

/**
 * The value of a number in a JSON text, as Kubernetes reads it: an integer where it is written as one and fits 64 bits, else a double.
 * Integers that a `number` does not hold exactly are `bigint`s; all others never are, so that equal values are the same value.
 */
export function numberOf(text: string): number | bigint {
  return DIGITS.test(text) ? (int64Of(BigInt(text)) ?? Number(text)) : Number(text);
}

/** An integer of 64 bits in its one form; undefined for one that is larger. */
export function int64Of(value: bigint): number | bigint | undefined {
  const nearest = Number(value);
  if (Number.isSafeInteger(nearest)) return nearest;
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** What is read back when a number has been written as JSON: a double that is a large whole number comes back as that integer. */
export function readBack(value: number): number | bigint {
  return isInexact(value) ? numberOf(String(value)) : value;
}

/** Whether an integer may have been meant that this is only the nearest double of. */
export function isInexact(value: number): boolean {
  return value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER;
}
