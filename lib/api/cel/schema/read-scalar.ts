import { parseDurationText, parseTimestampText } from '../time-text.js';
import type { Result } from '../values.js';
import { Duration, Fault, Timestamp } from '../values.js';

const DAY = 86_400_000_000_000n;
/** Units that schemas know besides those of Go. */
const LONG_UNITS: Readonly<Record<string, bigint>> = { d: DAY, w: 7n * DAY };

const wrong = (wanted: string) => new Fault(`invalid data, expected ${wanted}`);

export const readText = (data: unknown): Result => (typeof data === 'string' ? data : wrong('string'));
export const readTruth = (data: unknown): Result => (typeof data === 'boolean' ? data : wrong('bool'));
export const readNumber = (data: unknown): Result => (isNumber(data) ? Number(data) : wrong('float'));

const isNumber = (data: unknown) => typeof data === 'number' || typeof data === 'bigint';

export function readInteger(data: unknown): Result {
  if (typeof data === 'bigint') return data;
  return typeof data === 'number' && Number.isInteger(data) ? BigInt(data) : wrong('int');
}

export function readIntOrString(data: unknown): Result {
  return typeof data === 'string' ? data : readInteger(data);
}

export function readBytes(data: unknown): Result {
  if (typeof data !== 'string') return wrong('string');
  return Buffer.from(data, 'base64');
}

export function readDuration(data: unknown): Result {
  if (typeof data !== 'string') return wrong('string');
  const nanos = parseDurationText(data) ?? parseLongDuration(data);
  return nanos === undefined ? new Fault(`Invalid duration ${data}`) : new Duration(nanos);
}

function parseLongDuration(text: string): bigint | undefined {
  if (!/^(?:\s*\d+\s*[a-zµμ]+)+$/.test(text)) return undefined;
  let sum = 0n;
  for (const [, amount = '0', unit = ''] of text.matchAll(/(\d+)\s*([a-zµμ]+)/g)) {
    const part = LONG_UNITS[unit] === undefined ? parseDurationText(`${amount}${unit}`) : BigInt(amount) * LONG_UNITS[unit];
    if (part === undefined) return undefined;
    sum += part;
  }
  return sum;
}

export function readDate(data: unknown): Result {
  return typeof data === 'string' ? readMoment(data, `${data}T00:00:00Z`, 'date') : wrong('string');
}

export function readDateTime(data: unknown): Result {
  return typeof data === 'string' ? readMoment(data, data, 'date-time') : wrong('string');
}

function readMoment(text: string, whole: string, form: string): Result {
  const nanos = parseTimestampText(whole);
  return nanos === undefined ? new Fault(`Invalid ${form} formatted string ${text}`) : new Timestamp(nanos);
}
