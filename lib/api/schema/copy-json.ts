import type { DecodeState } from './decode-state.js';
import { MAX_DEPTH } from './depth.js';
import { int64Of, readBack } from './integers.js';
import { NumberText } from './number-text.js';

/**
 * A private copy of any JSON value, as deep as {@link MAX_DEPTH}: what a field of any shape stores. Members that are undefined are left out. Numbers that came
 * as text are what Kubernetes reads them as, a double where they are not written as an integer; others as if they had been written.
 */
export function copyJson(value: unknown, state: DecodeState, depth = state.depth): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw state.malformed('not a JSON number');
    return readBack(value);
  }
  if (typeof value === 'bigint') return int64Of(value) ?? Number(value);
  if (value instanceof NumberText) return doubleOf(value, state);
  if (typeof value === 'object' && depth >= MAX_DEPTH) throw state.tooDeep();
  if (Array.isArray(value)) return value.map((item: unknown) => copyJson(item ?? null, state, depth + 1));
  if (typeof value !== 'object') throw state.malformed(`a ${typeof value} is not a JSON value`);
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (key === '__proto__') state.unknown(key);
    if (member !== undefined) result[key] = copyJson(member, state, depth + 1);
  }
  return result;
}

function doubleOf(written: NumberText, state: DecodeState): number {
  const value = written.valueOf();
  if (!Number.isFinite(value)) throw state.mismatch(`number ${written.text}`, 'float64');
  return value;
}
