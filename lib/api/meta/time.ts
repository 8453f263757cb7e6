const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** RFC 3339 in UTC with whole seconds: `2024-05-01T10:00:00Z`. The form of all times but micro times. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** RFC 3339 in UTC with six decimals: `2024-05-01T10:00:00.123000Z`. Leases and `eventTime`. */
export function microTimestamp(milliseconds: number): string {
  return `${new Date(Math.floor(milliseconds)).toISOString().slice(0, 23)}000Z`;
}

/** Milliseconds since 1970 of an RFC 3339 text; NaN when it is none. */
export function parseTime(text: string | undefined | null): number {
  const parts = text ? RFC3339.exec(text) : null;
  if (!parts) return Number.NaN;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHours, offsetMinutes] = parts;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  // Date.UTC rolls 31 February and a 13th month over; such a date is no date.
  const rolls = new Date(at).getUTCDate() !== Number(day) || Number(month) > 12 || Number(hour) > 23;
  if (rolls || Number(minute) > 59 || Number(second) > 59) return Number.NaN;
  const offset = sign ? (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000 * (sign === '-' ? -1 : 1) : 0;
  return at - offset + (fraction ? Number(`0.${fraction}`) * 1000 : 0);
}

/** How long ago, as kubectl prints it: `81s`, `6m20s`, `2d3h`; `<unknown>` without a time, `<invalid>` for one in the future. */
export function humanAge(createdText: string | undefined | null, nowMilliseconds: number): string {
  const created = parseTime(createdText);
  return Number.isNaN(created) ? '<unknown>' : humanDuration(nowMilliseconds - created);
}

/** A span in at most two units, coarser the longer it is. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 120) return `${Math.max(0, seconds)}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return two(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (days < 8) return two(days, 'd', hours % 24, 'h');
  if (days < 365 * 2) return `${days}d`;
  const years = Math.trunc(days / 365);
  return days < 365 * 8 ? two(years, 'y', days % 365, 'd') : `${years}y`;
}

const two = (large: number, unit: string, small: number, smallUnit: string) =>
  small === 0 ? `${large}${unit}` : `${large}${unit}${small}${smallUnit}`;
