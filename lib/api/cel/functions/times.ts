import type { Overload } from '../overload.js';
import { overload } from '../signature.js';
import { SECOND, split } from '../time-text.js';
import type { Result, Value, Duration, Timestamp } from '../values.js';
import { Fault } from '../values.js';

const MILLISECOND = 1_000_000n;
const OFFSET = /^([+-])?(\d{1,2}):(\d{2})$/;

/** The clock on the wall of a zone, as if it were UTC. */
function wallClock(nanos: bigint, zone: string | undefined): Date | Fault {
  const [seconds] = split(nanos);
  const at = new Date(Number(seconds) * 1000);
  if (zone === undefined || zone === '' || zone === 'UTC') return at;
  const offset = OFFSET.exec(zone);
  if (offset) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3]);
    return new Date(at.getTime() + (offset[1] === '-' ? -minutes : minutes) * 60_000);
  }
  return inNamedZone(at, zone);
}

function inNamedZone(at: Date, zone: string): Date | Fault {
  try {
    const parts = formatOf(zone).formatToParts(at);
    const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
    const local = new Date(0);
    local.setUTCFullYear(part('year'), part('month') - 1, part('day'));
    local.setUTCHours(part('hour'), part('minute'), part('second'));
    return local;
  } catch (error) {
    if (error instanceof RangeError) return new Fault(`unknown time zone ${zone}`);
    throw error;
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();
const MOST_FORMATS = 100;

/** Formats are dear to make. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    if (formats.size >= MOST_FORMATS) formats.clear();
    formats.set(timeZone, format);
  }
  return format;
}

function dayOfYear(at: Date): number {
  const first = new Date(at.getTime());
  first.setUTCMonth(0, 1);
  return Math.round((at.getTime() - first.getTime()) / 86_400_000);
}

const OF_TIMESTAMPS: Readonly<Record<string, (at: Date, nanos: bigint) => number>> = {
  getFullYear: (at) => at.getUTCFullYear(),
  getMonth: (at) => at.getUTCMonth(),
  getDate: (at) => at.getUTCDate(),
  getDayOfMonth: (at) => at.getUTCDate() - 1,
  getDayOfWeek: (at) => at.getUTCDay(),
  getDayOfYear: dayOfYear,
  getHours: (at) => at.getUTCHours(),
  getMinutes: (at) => at.getUTCMinutes(),
  getSeconds: (at) => at.getUTCSeconds(),
  getMilliseconds: (_, nanos) => Number(split(nanos)[1] / MILLISECOND),
};

const OF_DURATIONS: Readonly<Record<string, bigint>> = {
  getHours: 3600n * SECOND,
  getMinutes: 60n * SECOND,
  getSeconds: SECOND,
  getMilliseconds: MILLISECOND,
};

/** Parts of timestamps, in a zone where one is given, and of durations. */
export const times: readonly Overload[] = [
  ...Object.entries(OF_TIMESTAMPS).flatMap(([name, read]) => {
    const apply = ([time, zone]: readonly Value[]): Result => {
      const { nanos } = time as Timestamp;
      const at = wallClock(nanos, zone as string | undefined);
      return at instanceof Fault ? at : BigInt(read(at, nanos));
    };
    return [overload(`<timestamp>.${name}(): int`, apply), overload(`<timestamp>.${name}(string): int`, apply)];
  }),
  ...Object.entries(OF_DURATIONS).map(([name, unit]) =>
    overload(`<duration>.${name}(): int`, ([value]) => (value as Duration).nanos / unit),
  ),
];
