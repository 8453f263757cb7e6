import type { Overload } from './overload.js';
import type { Type } from './types.js';
import { BOOL, DYN, INT, STRING, listOf, mapOf, optionalOf, scalar } from './types.js';

/** What expressions may name: variables with their types, and functions with their overloads. */
export interface Environment {
  readonly variables: ReadonlyMap<string, Type>;
  readonly functions: ReadonlyMap<string, readonly Overload[]>;
}

/** Functions by name. */
export function functionTable(overloads: readonly Overload[]): ReadonlyMap<string, readonly Overload[]> {
  const table = new Map<string, Overload[]>();
  for (const overload of overloads) {
    const known = table.get(overload.name);
    if (known) known.push(overload);
    else table.set(overload.name, [overload]);
  }
  return table;
}

/** Names that stand for types: `type(x) == string`. */
export const TYPE_NAMES: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['bool', BOOL],
  ['int', INT],
  ['uint', scalar('uint')],
  ['double', scalar('double')],
  ['string', STRING],
  ['bytes', scalar('bytes')],
  ['list', listOf(DYN)],
  ['map', mapOf(DYN, DYN)],
  ['null_type', scalar('null')],
  ['optional_type', optionalOf(DYN)],
  ['type', { kind: 'type', of: undefined }],
  ['google.protobuf.Timestamp', scalar('timestamp')],
  ['google.protobuf.Duration', scalar('duration')],
]);
