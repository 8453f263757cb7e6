import type { Overload } from '../overload.js';
import { traversal } from '../overload.js';
import { overload } from '../signature.js';
import { compareValues } from '../equality.js';
import type { Meter } from '../meter.js';
import { MAX_INT, MAX_UINT, MIN_INT } from '../number-literal.js';
import { MAX_TIMESTAMP, MIN_TIMESTAMP } from '../time-text.js';
import type { Result, Value, ListValue } from '../values.js';
import { Duration, Fault, Items, Timestamp, Uint } from '../values.js';

const OVERFLOW = 'integer overflow';

export const int = (value: bigint): Result => (value < MIN_INT || value > MAX_INT ? new Fault(OVERFLOW) : value);
export const uint = (value: bigint): Result => (value < 0n || value > MAX_UINT ? new Fault(`unsigned ${OVERFLOW}`) : new Uint(value));
export const span = (nanos: bigint): Result => (nanos < MIN_INT || nanos > MAX_INT ? new Fault(OVERFLOW) : new Duration(nanos));
export const moment = (nanos: bigint): Result =>
  nanos < MIN_TIMESTAMP || nanos > MAX_TIMESTAMP ? new Fault('timestamp overflow') : new Timestamp(nanos);

type Integers = (a: bigint, b: bigint) => bigint | Fault;

/** An operator on two numbers of one type. */
function arithmetic(sign: string, integers: Integers, doubles?: (a: number, b: number) => number): readonly Overload[] {
  const of = (wrap: (value: bigint) => Result, a: bigint, b: bigint): Result => {
    const value = integers(a, b);
    return value instanceof Fault ? value : wrap(value);
  };
  const forms = [
    overload(`_${sign}_(int, int): int`, ([a, b]) => of(int, a as bigint, b as bigint)),
    overload(`_${sign}_(uint, uint): uint`, ([a, b]) => of(uint, (a as Uint).value, (b as Uint).value)),
  ];
  if (doubles) forms.push(overload(`_${sign}_(double, double): double`, ([a, b]) => doubles(a as number, b as number)));
  return forms;
}

const nanosOf = (value: Value | undefined) => (value as Timestamp | Duration).nanos;
const joined = (a: number, b: number) => traversal(a + b);

function concatenated(a: ListValue, b: ListValue, meter: Meter): Result {
  const own = a.plus(b, meter);
  if (own !== undefined) return own;
  meter.work((a.size + b.size) * 10);
  const items: Value[] = [];
  for (const list of [a, b])
    for (let index = 0; index < list.size; index += 1) {
      const item = list.at(index);
      if (item instanceof Fault) return item;
      items.push(item);
    }
  return new Items(items);
}

const sums: readonly Overload[] = [
  overload('_+_(string, string): string', ([a, b]) => (a as string) + (b as string), {
    id: 'add_string',
    cost: ([a = 0, b = 0]) => joined(a, b),
    resultSize: ([a, b]) => ({ min: a!.min + b!.min, max: a!.max + b!.max }),
  }),
  overload('_+_(bytes, bytes): bytes', ([a, b]) => Buffer.concat([a as Uint8Array, b as Uint8Array]), {
    id: 'add_bytes',
    cost: ([a = 0, b = 0]) => joined(a, b),
    resultSize: ([a, b]) => ({ min: a!.min + b!.min, max: a!.max + b!.max }),
  }),
  overload('_+_(list(A), list(A)): list(A)', ([a, b], meter) => concatenated(a as ListValue, b as ListValue, meter), {
    id: 'add_list',
    resultSize: ([a, b]) => ({ min: a!.min + b!.min, max: a!.max + b!.max }),
  }),
  overload('_+_(timestamp, duration): timestamp', ([a, b]) => moment(nanosOf(a) + nanosOf(b))),
  overload('_+_(duration, timestamp): timestamp', ([a, b]) => moment(nanosOf(a) + nanosOf(b))),
  overload('_+_(duration, duration): duration', ([a, b]) => span(nanosOf(a) + nanosOf(b))),
  overload('_-_(timestamp, timestamp): duration', ([a, b]) => span(nanosOf(a) - nanosOf(b))),
  overload('_-_(timestamp, duration): timestamp', ([a, b]) => moment(nanosOf(a) - nanosOf(b))),
  overload('_-_(duration, duration): duration', ([a, b]) => span(nanosOf(a) - nanosOf(b))),
];

const COMPARED = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'];
const NUMBERS = ['int', 'uint', 'double'];

function comparison(sign: string, holds: (order: number) => boolean): readonly Overload[] {
  const apply = ([a, b]: readonly Value[]): Result => {
    const order = compareValues(a!, b!);
    return order !== undefined && holds(order);
  };
  const same = COMPARED.map((type) =>
    overload(
      `_${sign}_(${type}, ${type}): bool`,
      apply,
      type === 'string' || type === 'bytes' ? { cost: ([a = 0, b = 0]) => traversal(Math.min(a, b)) } : {},
    ),
  );
  // Numbers of different types are compared by value.
  const crossed = NUMBERS.flatMap((one) => NUMBERS.filter((other) => other !== one).map((other) => [one, other] as const));
  return [...same, ...crossed.map(([one, other]) => overload(`_${sign}_(${one}, ${other}): bool`, apply))];
}

const unplanned = () => new Fault('no such overload');

/** What the interpreter does by itself: declared for the checker alone. */
const special: readonly Overload[] = [
  overload('_&&_(bool, bool): bool', unplanned, { id: 'logical_and' }),
  overload('_||_(bool, bool): bool', unplanned, { id: 'logical_or' }),
  overload('_?_:_(bool, A, A): A', unplanned, { id: 'conditional' }),
  overload('_==_(A, A): bool', unplanned, { id: 'equals' }),
  overload('_!=_(A, A): bool', unplanned, { id: 'equals' }),
  overload('@in(A, list(A)): bool', unplanned, { id: 'in_list', cost: ([, list = 0]) => list }),
  overload('@in(A, map(A, B)): bool', unplanned, { id: 'in_map' }),
  overload('_[_](list(A), int): A', unplanned, { id: 'index_list' }),
  overload('_[_](map(A, B), A): B', unplanned, { id: 'index_map' }),
  overload('_[_](optional(list(A)), int): optional(A)', unplanned),
  overload('_[_](optional(map(A, B)), A): optional(B)', unplanned),
  overload('_[?_](list(A), int): optional(A)', unplanned),
  overload('_[?_](map(A, B), A): optional(B)', unplanned),
  overload('_[?_](optional(list(A)), int): optional(A)', unplanned),
  overload('_[?_](optional(map(A, B)), A): optional(B)', unplanned),
  overload('@not_strictly_false(bool): bool', unplanned),
  overload('cel.@mapInsert(map(K, V), K, V): map(K, V)', unplanned),
  overload('cel.@mapInsert(map(K, V), map(K, V)): map(K, V)', unplanned),
];

export const operators: readonly Overload[] = [
  ...special,
  ...arithmetic(
    '+',
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  ...arithmetic(
    '-',
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  ...arithmetic(
    '*',
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  ...arithmetic(
    '/',
    (a, b) => (b === 0n ? new Fault('division by zero') : a / b),
    (a, b) => a / b,
  ),
  ...arithmetic('%', (a, b) => (b === 0n ? new Fault('modulus by zero') : a % b)),
  ...sums,
  ...comparison('<', (order) => order < 0),
  ...comparison('<=', (order) => order <= 0),
  ...comparison('>', (order) => order > 0),
  ...comparison('>=', (order) => order >= 0),
  overload('!_(bool): bool', ([a]) => !(a as boolean)),
  overload('-_(int): int', ([a]) => int(-(a as bigint))),
  overload('-_(double): double', ([a]) => -(a as number)),
];
