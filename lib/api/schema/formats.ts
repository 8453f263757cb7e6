import { isIPv4, isIPv6 } from 'node:net';
import { parseTime } from '../meta/time.js';
import { cidr } from '../validation/addresses.js';

const DURATION = /^[+-]?(?:\d+(?:\.\d*)?(?:ns|us|µs|μs|ms|s|m|h|d|w)\s*)+$/;

/** The formats of strings that are checked; others are notes for people. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': (text) => !Number.isNaN(parseTime(text.replace(' ', 'x'))),
  datetime: (text) => !Number.isNaN(parseTime(text.replace(' ', 'x'))),
  date: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(parseTime(`${text}T00:00:00Z`)),
  ipv4: isIPv4,
  ipv6: isIPv6,
  cidr: (text) => cidr(text).length === 0,
  mac: (text) => /^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$|^([0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}$/.test(text),
  uuid: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
  byte: (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0,
  duration: (text) => DURATION.test(text),
  uri: (text) => /^[A-Za-z][A-Za-z0-9+.-]*:\S*$/.test(text),
  hostname: (text) =>
    text.length <= 253 && /^[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*$/.test(text),
  email: (text) => /^[^@\s]+@[^@\s]+$/.test(text),
};

/** Whether a text has a format; any text has one that is not known. */
export function hasFormat(text: string, format: string): boolean {
  return !Object.hasOwn(FORMATS, format) || FORMATS[format]!(text);
}
