const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const WHOLE = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/**
 * A duration in milliseconds: numbers are milliseconds already, texts are read as Go does (`300ms`, `1.5h`, `1h30m`, `-2s`, `0`).
 * Throws a RangeError on anything else.
 */
export function parseDuration(duration: number | string): number {
  const milliseconds = typeof duration === 'number' ? duration : parseText(duration);
  if (!Number.isFinite(milliseconds)) throw new RangeError(`invalid duration: ${JSON.stringify(duration)}`);
  return milliseconds;
}

function parseText(text: string): number {
  if (/^[+-]?0$/.test(text)) return 0;
  const [, sign, parts] = WHOLE.exec(text) ?? [];
  if (parts === undefined) return NaN;
  let sum = 0;
  for (const [, amount, unit] of parts.matchAll(PART)) sum += Number(amount) * UNITS[unit!]!;
  return sign === '-' ? -sum : sum;
}
