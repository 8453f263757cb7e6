import { compareValues, equalValues } from '../equality.js';
import type { Cost, Overload } from '../overload.js';
import { traversal } from '../overload.js';
import { overload } from '../signature.js';
import type { Meter } from '../meter.js';
import type { Result, Value } from '../values.js';
import { Duration, Fault, Items, ListValue, Uint } from '../values.js';
import { int, span, uint } from './operators.js';

/** One for each item, and a traversal of its text. */
const walk: Cost = ([list = 0], [item = 0]) => list * (1 + traversal(item));

/** The items of a list; a fault where one cannot be made. Counts its work. */
export function itemsOf(list: ListValue, meter: Meter): readonly Value[] | Fault {
  meter.work(list.size * 10);
  const items: Value[] = [];
  for (let index = 0; index < list.size; index += 1) {
    const item = list.at(index);
    if (item instanceof Fault) return item;
    items.push(item);
  }
  return items;
}

/** A function of the items of a list. */
const over =
  (apply: (items: readonly Value[], args: readonly Value[], meter: Meter) => Result) =>
  ([list, ...args]: readonly Value[], meter: Meter): Result => {
    const items = itemsOf(list as ListValue, meter);
    return items instanceof Fault ? items : apply(items, args, meter);
  };

const isSorted = over((items) => items.every((item, index) => index === 0 || (compareValues(items[index - 1]!, item) ?? 1) <= 0));

const extreme = (name: string, sign: number) =>
  over((items) => {
    if (items.length === 0) return new Fault(`${name} called on empty list`);
    let best: Value = items[0]!;
    for (const item of items) {
      const order = compareValues(item, best);
      if (order === undefined) return new Fault('no such overload');
      if (order * sign > 0) best = item;
    }
    return best;
  });

const sum = (zero: Value, add: (total: Value, item: Value) => Result | undefined) =>
  over((items) => {
    let total = zero;
    for (const item of items) {
      const next = add(total, item);
      if (next === undefined) return new Fault('no such overload');
      if (next instanceof Fault) return next;
      total = next;
    }
    return total;
  });

const SUMS: readonly (readonly [type: string, apply: Overload['apply']])[] = [
  ['int', sum(0n, (a, b) => (typeof a === 'bigint' && typeof b === 'bigint' ? int(a + b) : undefined))],
  ['uint', sum(new Uint(0n), (a, b) => (a instanceof Uint && b instanceof Uint ? uint(a.value + b.value) : undefined))],
  ['double', sum(0, (a, b) => (typeof a === 'number' && typeof b === 'number' ? a + b : undefined))],
  ['duration', sum(new Duration(0n), (a, b) => (a instanceof Duration && b instanceof Duration ? span(a.nanos + b.nanos) : undefined))],
];

const indexOf = over((items, [wanted], meter) => BigInt(items.findIndex((item) => equalValues(item, wanted!, meter))));
const lastIndexOf = over((items, [wanted], meter) => BigInt(items.findLastIndex((item) => equalValues(item, wanted!, meter))));

const slice = over((items, [from, to]) => {
  const [start, end] = [Number(from), Number(to)];
  if (start < 0 || end < 0) return new Fault(`cannot slice(${start}, ${end}), negative indexes not supported`);
  if (start > end) return new Fault(`cannot slice(${start}, ${end}), start index must be less than or equal to end index`);
  return end > items.length
    ? new Fault(`cannot slice(${start}, ${end}), list is length ${items.length}`)
    : new Items(items.slice(start, end));
});

const distinct = over((items, _, meter) => {
  const found: Value[] = [];
  for (const item of items) if (!found.some((one) => equalValues(one, item, meter))) found.push(item);
  return new Items(found);
});

const sort = over((items, _, meter) => {
  meter.work(items.length * Math.ceil(Math.log2(items.length + 1)) * 50);
  if (items.some((item) => compareValues(item, items[0]!) === undefined))
    return new Fault('list elements must have the same comparable type');
  return new Items([...items].sort((a, b) => compareValues(a, b) ?? 0));
});

function flatten([list, depth = 1n]: readonly Value[], meter: Meter): Result {
  if ((depth as bigint) < 0n) return new Fault('level must be non-negative');
  const items = itemsOf(list as ListValue, meter);
  if (items instanceof Fault) return items;
  const flat: Value[] = [];
  for (const item of items) {
    if (!(item instanceof ListValue) || depth === 0n) {
      flat.push(item);
      continue;
    }
    const inner = flatten([item, (depth as bigint) - 1n], meter);
    if (inner instanceof Fault) return inner;
    const parts = itemsOf(inner as ListValue, meter);
    if (parts instanceof Fault) return parts;
    for (const part of parts) flat.push(part);
  }
  return new Items(flat);
}

function range([to]: readonly Value[], meter: Meter): Result {
  const length = Math.max(0, Number(to));
  meter.charge(length);
  return new Items(Array.from({ length }, (_, index) => BigInt(index)));
}

const comparable = ['int', 'uint', 'double', 'bool', 'string', 'bytes', 'duration', 'timestamp'];

/** Kubernetes' lists, and CEL's own extension of them. */
export const lists: readonly Overload[] = [
  ...comparable.flatMap((type) => [
    overload(`<list(${type})>.isSorted(): bool`, isSorted, { cost: walk }),
    overload(`<list(${type})>.min(): ${type}`, extreme('min', -1), { cost: walk }),
    overload(`<list(${type})>.max(): ${type}`, extreme('max', 1), { cost: walk }),
    overload(`<list(${type})>.sort(): list(${type})`, sort, { cost: walk }),
  ]),
  ...SUMS.map(([type, apply]) => overload(`<list(${type})>.sum(): ${type}`, apply, { cost: walk })),
  overload('<list(A)>.indexOf(A): int', indexOf, { cost: walk }),
  overload('<list(A)>.lastIndexOf(A): int', lastIndexOf, { cost: walk }),
  overload('<list(A)>.slice(int, int): list(A)', slice),
  overload('<list(A)>.distinct(): list(A)', distinct, { cost: ([list = 0]) => list * list }),
  overload(
    '<list(A)>.reverse(): list(A)',
    over((items) => new Items([...items].reverse())),
    { cost: ([list = 0]) => list },
  ),
  overload('<list(list(A))>.flatten(): list(A)', flatten),
  overload('<list(dyn)>.flatten(int): list(dyn)', flatten),
  overload('lists.range(int): list(int)', range),
];
