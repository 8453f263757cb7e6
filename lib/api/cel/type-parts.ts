import type { Type } from './types.js';
import { BOOL, scalar, STRING } from './types.js';
import type { Value } from './values.js';
import { Duration, Timestamp, TypeValue, Uint } from './values.js';

/** The type of a value that is written out. */
export function literalType(value: Value): Type {
  if (value === null) return scalar('null');
  if (typeof value === 'string') return STRING;
  if (typeof value === 'boolean') return BOOL;
  if (typeof value === 'bigint') return scalar('int');
  if (typeof value === 'number') return scalar('double');
  if (value instanceof Uint) return scalar('uint');
  if (value instanceof Timestamp) return scalar('timestamp');
  if (value instanceof Duration) return scalar('duration');
  if (value instanceof TypeValue) return { kind: 'type', of: undefined };
  return scalar('bytes');
}

/** The type parameters that occur in a type. */
export function parameterNames(type: Type): readonly string[] {
  switch (type.kind) {
    case 'parameter':
      return [type.name];
    case 'list':
      return parameterNames(type.element);
    case 'map':
      return [...parameterNames(type.key), ...parameterNames(type.value)];
    case 'opaque':
      return type.parameters.flatMap(parameterNames);
    case 'type':
      return type.of ? parameterNames(type.of) : [];
    default:
      return [];
  }
}
