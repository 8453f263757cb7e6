import { Quantity } from '../meta/quantity.js';
import { parseTime, timestamp } from '../meta/time.js';
import type { DecodeState } from './decode-state.js';
import { goKind } from './go-kind.js';
import { NumberText } from './number-text.js';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
const MICRO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}(?:Z|[+-]\d{2}:\d{2})$/;

/** Canonical text of a quantity; numbers are taken too. */
export function decodeQuantity(value: unknown, state: DecodeState): string {
  return quantityOf(value, state).toString();
}

/** As {@link decodeQuantity}; amounts of resources are never finer than a thousandth: they are rounded up. */
export function decodeResourceQuantity(value: unknown, state: DecodeState): string {
  return quantityOf(value, state).roundUp(3).toString();
}

function quantityOf(value: unknown, state: DecodeState): Quantity {
  const written = value instanceof NumberText ? value.text : typeof value === 'bigint' ? String(value) : value;
  const text = typeof written === 'string' ? written.trim() : written;
  if (typeof text !== 'string' && typeof text !== 'number') throw state.mismatch(goKind(value), 'Quantity');
  try {
    return Quantity.parse(text);
  } catch (error) {
    throw error instanceof RangeError ? state.malformed(error.message) : error;
  }
}

/** Whole seconds in UTC. */
export function decodeTime(value: unknown, state: DecodeState): string {
  return timestamp(Math.floor(timeOf(value, state, TIME) / 1000) * 1000);
}

/** UTC with six decimals, which must be given. */
export function decodeMicroTime(value: unknown, state: DecodeState): string {
  const text = value as string;
  const at = timeOf(value, state, MICRO_TIME);
  if (text.endsWith('Z')) return text;
  return `${new Date(at).toISOString().slice(0, 19)}${text.slice(19, 26)}Z`;
}

function timeOf(value: unknown, state: DecodeState, form: RegExp): number {
  if (typeof value !== 'string') throw state.mismatch(goKind(value), 'string');
  const at = form.test(value) ? parseTime(value) : Number.NaN;
  if (Number.isNaN(at)) throw state.malformed(`parsing time ${JSON.stringify(value)}: cannot parse as RFC 3339`);
  return at;
}

/** Standard base64 with padding; line breaks are dropped, and unused bits of the last character cleared. */
export function decodeBase64(value: unknown, state: DecodeState): string {
  if (typeof value !== 'string') throw state.mismatch(goKind(value), '[]uint8');
  const text = BASE64.test(value) ? value : value.replace(/[\r\n]/g, '');
  if (text.length % 4 !== 0 || (text !== value && !BASE64.test(text))) throw state.malformed('illegal base64 data');
  if (!text.endsWith('=')) return text;
  return text.slice(0, -4) + Buffer.from(text.slice(-4), 'base64').toString('base64');
}
