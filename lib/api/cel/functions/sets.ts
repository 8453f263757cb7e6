import { equalValues } from '../equality.js';
import type { Cost, Overload } from '../overload.js';
import { overload } from '../signature.js';
import type { Meter } from '../meter.js';
import type { Result, Value, ListValue } from '../values.js';
import { Fault } from '../values.js';
import { itemsOf } from './lists.js';

const product =
  (factor: number): Cost =>
  ([a = 0, b = 0]) =>
    a * b * factor + 1;

type Relation = (a: readonly Value[], b: readonly Value[], has: (list: readonly Value[], value: Value) => boolean) => boolean;

const relation =
  (holds: Relation) =>
  ([a, b]: readonly Value[], meter: Meter): Result => {
    const [left, right] = [itemsOf(a as ListValue, meter), itemsOf(b as ListValue, meter)];
    if (left instanceof Fault) return left;
    if (right instanceof Fault) return right;
    return holds(left, right, (list, value) => list.some((one) => equalValues(one, value, meter)));
  };

/** Lists compared as sets. */
export const sets: readonly Overload[] = [
  overload(
    'sets.contains(list(A), list(A)): bool',
    relation((a, b, has) => b.every((value) => has(a, value))),
    { cost: product(1) },
  ),
  overload(
    'sets.intersects(list(A), list(A)): bool',
    relation((a, b, has) => a.some((value) => has(b, value))),
    { cost: product(1) },
  ),
  overload(
    'sets.equivalent(list(A), list(A)): bool',
    relation((a, b, has) => a.every((value) => has(b, value)) && b.every((value) => has(a, value))),
    { cost: product(2) },
  ),
];
