/** Which family of suffixes a quantity is written in: `Ki`, `k` or `e3`. */
export type QuantityFormat = 'binary' | 'decimal' | 'exponent';

/** A quantity as parsed: `unscaled / 10^scale`. */
export interface QuantityParts {
  readonly unscaled: bigint;
  readonly scale: number;
  readonly format: QuantityFormat;
}

const WORDS = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const NUMBER = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(.*)$/s;
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL = new Map([
  [-9, 'n'],
  [-6, 'u'],
  [-3, 'm'],
  [0, ''],
  [3, 'k'],
  [6, 'M'],
  [9, 'G'],
  [12, 'T'],
  [15, 'P'],
  [18, 'E'],
]);
const EXPONENT_OF = new Map([...DECIMAL].map(([exponent, suffix]) => [suffix, exponent]));
const MAX_BINARY = 2n ** 63n - 1n;
const MAX_DIGITS = 400;

/** Reads the text of a quantity. Throws RangeError. */
export function parseQuantity(text: string): QuantityParts {
  const [, sign, whole = '', fraction = '', suffix = ''] = NUMBER.exec(text) ?? [];
  if (whole === '' && fraction === '') throw new RangeError(WORDS);
  if (whole.length + fraction.length > MAX_DIGITS) throw new RangeError('unable to parse numeric part of quantity');
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const { power, exponent, format } = suffixOf(suffix);
  const exact = normal(digits * 1024n ** BigInt(power), fraction.length - exponent);
  return bounded(exact.unscaled, exact.scale, format);
}

/** Canonical text of a quantity. */
export function quantityText({ unscaled, scale, format }: QuantityParts): string {
  if (unscaled === 0n) return '0';
  const whole = wholeOf(unscaled, scale);
  if (format === 'binary' && whole !== undefined && (whole <= -1024n || whole >= 1024n)) return binaryText(whole);
  return decimalText(unscaled, scale, format === 'exponent');
}

function suffixOf(suffix: string): { power: number; exponent: number; format: QuantityFormat } {
  const exponent = EXPONENT_OF.get(suffix);
  if (exponent !== undefined) return { power: 0, exponent, format: 'decimal' };
  const power = BINARY.indexOf(suffix);
  if (power > 0) return { power, exponent: 0, format: 'binary' };
  if (!/^[eE][+-]?[0-9]{1,3}$/.test(suffix))
    throw new RangeError(/^[eEinumkKMGTP]*[-+]?[0-9]*$/.test(suffix) ? "unable to parse quantity's suffix" : WORDS);
  const given = Number(suffix.slice(1));
  if (given < -128 || given > 127) throw new RangeError("unable to parse quantity's suffix");
  return { power: 0, exponent: given, format: 'exponent' };
}

/** No finer than a billionth (rounded away from zero, so that a little never becomes nothing); binary ones end at 2^63 - 1. */
function bounded(unscaled: bigint, scale: number, format: QuantityFormat): QuantityParts {
  if (scale > 9) {
    const step = 10n ** BigInt(scale - 9);
    const down = unscaled / step;
    const rest = unscaled % step;
    return bounded(rest === 0n ? down : down + (unscaled < 0n ? -1n : 1n), 9, format);
  }
  const whole = wholeOf(unscaled, scale);
  if (format === 'binary' && whole !== undefined && whole > MAX_BINARY) return { unscaled: MAX_BINARY, scale: 0, format };
  return { unscaled, scale, format };
}

/** Removes factors of ten. */
function normal(unscaled: bigint, scale: number): { unscaled: bigint; scale: number } {
  if (unscaled === 0n) return { unscaled, scale: 0 };
  while (unscaled % 10n === 0n) {
    unscaled /= 10n;
    scale -= 1;
  }
  return { unscaled, scale };
}

function wholeOf(unscaled: bigint, scale: number): bigint | undefined {
  if (scale <= 0) return unscaled * 10n ** BigInt(-scale);
  const unit = 10n ** BigInt(scale);
  return unscaled % unit === 0n ? unscaled / unit : undefined;
}

function binaryText(whole: bigint): string {
  let power = 0;
  while (power < BINARY.length - 1 && whole % 1024n === 0n) {
    whole /= 1024n;
    power += 1;
  }
  return `${whole}${BINARY[power]}`;
}

function decimalText(unscaled: bigint, scale: number, asExponent: boolean): string {
  const reduced = normal(unscaled, scale);
  const raw = -reduced.scale;
  const highest = asExponent ? Number.POSITIVE_INFINITY : 18;
  const exponent = Math.min(Math.floor(raw / 3) * 3, highest);
  const mantissa = reduced.unscaled * 10n ** BigInt(raw - exponent);
  if (asExponent) return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
  return `${mantissa}${DECIMAL.get(exponent) ?? `e${exponent}`}`;
}
