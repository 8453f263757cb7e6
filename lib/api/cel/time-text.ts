/** Nanoseconds in a second. */
export const SECOND = 1_000_000_000n;
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
};
const MAX_NANOS = 2n ** 63n;
const DURATION = /^([+-]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
/** No duration has more; making long numbers takes long. */
const MOST_DIGITS = 20;
const PART = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g;
const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z. */
export const MIN_TIMESTAMP = -62_135_596_800n * SECOND;
export const MAX_TIMESTAMP = 253_402_300_800n * SECOND - 1n;

/** Nanoseconds of a duration as Go writes it (`1h30m`, `-2.5s`, `0`); undefined when it is none or too long. */
export function parseDurationText(text: string): bigint | undefined {
  if (/^[+-]?0$/.test(text)) return 0n;
  const [, sign, parts] = DURATION.exec(text) ?? [];
  if (parts === undefined) return undefined;
  let sum = 0n;
  for (const [, whole = '', decimals = '', unit] of parts.matchAll(PART)) {
    if (whole.replace(/^0+/, '').length > MOST_DIGITS) return undefined;
    const size = UNITS[unit!]!;
    const fraction = decimals.slice(0, MOST_DIGITS);
    sum += BigInt(whole || '0') * size + (fraction ? (BigInt(fraction) * size) / 10n ** BigInt(fraction.length) : 0n);
  }
  if (sum >= MAX_NANOS) return undefined;
  return sign === '-' ? -sum : sum;
}

/** Nanoseconds since 1970 of an RFC 3339 text; undefined when it is none. */
export function parseTimestampText(text: string): bigint | undefined {
  const parts = RFC3339.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  at.setUTCHours(hour, minute, second);
  if (at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day || at.getUTCHours() !== hour || minute > 59 || second > 59)
    return undefined;
  const [fraction = '', sign, hours, minutes] = parts.slice(7);
  const offset = sign === undefined ? 0 : (Number(hours) * 60 + Number(minutes)) * 60 * (sign === '-' ? -1 : 1);
  const nanos = BigInt(fraction.padEnd(9, '0').slice(0, 9) || '0');
  const total = (BigInt(at.getTime() / 1000) - BigInt(offset)) * SECOND + nanos;
  return total < MIN_TIMESTAMP || total > MAX_TIMESTAMP ? undefined : total;
}

/** RFC 3339 in UTC, with as many decimals as it needs. */
export function timestampText(nanos: bigint): string {
  const [seconds, rest] = split(nanos);
  const text = new Date(Number(seconds) * 1000)
    .toISOString()
    .slice(0, 19)
    .replace(/^[+-]00/, '');
  return `${text}${decimals(rest)}Z`;
}

/** Seconds with as many decimals as it needs: `90s`, `1.5s`. */
export function durationText(nanos: bigint): string {
  const absolute = nanos < 0n ? -nanos : nanos;
  return `${nanos < 0n ? '-' : ''}${absolute / SECOND}${decimals(absolute % SECOND)}s`;
}

/** Whole seconds, rounded down, and the nanoseconds after them. */
export function split(nanos: bigint): readonly [bigint, bigint] {
  const rest = ((nanos % SECOND) + SECOND) % SECOND;
  return [(nanos - rest) / SECOND, rest];
}

const decimals = (nanos: bigint) => (nanos === 0n ? '' : `.${nanos.toString().padStart(9, '0').replace(/0+$/, '')}`);
