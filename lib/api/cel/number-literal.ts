import { ExpressionSyntaxError } from './issue.js';
import type { Token } from './token.js';
import type { Value } from './values.js';
import { Uint } from './values.js';

export const MIN_INT = -(2n ** 63n);
export const MAX_INT = 2n ** 63n - 1n;
export const MAX_UINT = 2n ** 64n - 1n;

/** The value of a number as it is written. Throws ExpressionSyntaxError when it is out of range. */
export function numberOf({ kind, text, offset }: Token, sign: string): Value {
  const invalid = (type: string) => new ExpressionSyntaxError(offset, `Syntax error: invalid ${type} literal`);
  if (kind === 'uint') {
    const value = BigInt(text.slice(0, -1));
    if (sign === '-' || value > MAX_UINT) throw invalid('uint');
    return new Uint(value);
  }
  if (kind === 'int') {
    const value = sign === '-' ? -BigInt(text) : BigInt(text);
    if (value < MIN_INT || value > MAX_INT) throw invalid('int');
    return value;
  }
  const value = Number(sign + text);
  if (!Number.isFinite(value)) throw invalid('double');
  return value;
}
