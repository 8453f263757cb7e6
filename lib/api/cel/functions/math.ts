import { compareValues } from '../equality.js';
import type { Overload } from '../overload.js';
import { overload } from '../signature.js';
import type { Meter } from '../meter.js';
import type { Result, Value, ListValue } from '../values.js';
import { Fault, Uint } from '../values.js';
import { itemsOf } from './lists.js';
import { int, uint } from './operators.js';

const NUMBERS = ['int', 'uint', 'double'];
const MOST_ARGUMENTS = 4;

/** The least or greatest of the arguments, which may be of different types. */
function extreme(name: string, sign: number): readonly Overload[] {
  const pick = (values: readonly Value[]): Result => {
    let best = values[0];
    for (const value of values) {
      const order = compareValues(value, best!);
      if (order === undefined) return new Fault('no such overload');
      if (order * sign > 0) best = value;
    }
    return best ?? new Fault(`${name}() argument must not be empty`);
  };
  const ofList = ([list]: readonly Value[], meter: Meter): Result => {
    const items = itemsOf(list as ListValue, meter);
    return items instanceof Fault ? items : pick(items);
  };
  return [
    ...NUMBERS.map((type) => overload(`${name}(${type}): ${type}`, pick)),
    ...NUMBERS.map((type) => overload(`${name}(list(${type})): ${type}`, ofList, { cost: ([size = 0]) => size })),
    ...NUMBERS.flatMap((one) => NUMBERS.map((other) => overload(`${name}(${one}, ${other}): ${one === other ? one : 'dyn'}`, pick))),
    ...Array.from({ length: MOST_ARGUMENTS - 2 }, (_, more) =>
      overload(`${name}(${new Array<string>(more + 3).fill('dyn').join(', ')}): dyn`, pick),
    ),
  ];
}

const ofDouble = (name: string, apply: (value: number) => number) =>
  overload(`math.${name}(double): double`, ([value]) => apply(value as number));
const test = (name: string, apply: (value: number) => boolean) =>
  overload(`math.${name}(double): bool`, ([value]) => apply(value as number));

/** Halves are rounded away from zero. */
const round = (value: number) => Math.sign(value) * Math.round(Math.abs(value));

function bits(name: string, apply: (a: bigint, b: bigint) => bigint): readonly Overload[] {
  return [
    overload(`math.${name}(int, int): int`, ([a, b]) => BigInt.asIntN(64, apply(a as bigint, b as bigint))),
    overload(`math.${name}(uint, uint): uint`, ([a, b]) => new Uint(BigInt.asUintN(64, apply((a as Uint).value, (b as Uint).value)))),
  ];
}

function shift(name: string, apply: (value: bigint, by: bigint) => bigint): readonly Overload[] {
  const shifted = (value: bigint, by: bigint, wrap: (value: bigint) => Value): Result =>
    by < 0n ? new Fault(`math.${name}() negative offset: ${by}`) : wrap(by > 63n ? 0n : apply(BigInt.asUintN(64, value), by));
  return [
    overload(`math.${name}(int, int): int`, ([value, by]) => shifted(value as bigint, by as bigint, (bits) => BigInt.asIntN(64, bits))),
    overload(`math.${name}(uint, int): uint`, ([value, by]) =>
      shifted((value as Uint).value, by as bigint, (bits) => new Uint(BigInt.asUintN(64, bits))),
    ),
  ];
}

const abs = (value: bigint) => (value < 0n ? -value : value);

/** CEL's extension of mathematics. */
export const mathematics: readonly Overload[] = [
  ...extreme('math.greatest', 1),
  ...extreme('math.least', -1),
  ofDouble('ceil', Math.ceil),
  ofDouble('floor', Math.floor),
  ofDouble('round', round),
  ofDouble('trunc', Math.trunc),
  ofDouble('abs', Math.abs),
  ofDouble('sign', Math.sign),
  ofDouble('sqrt', Math.sqrt),
  overload('math.abs(int): int', ([value]) => int(abs(value as bigint))),
  overload('math.abs(uint): uint', ([value]) => value!),
  overload('math.sign(int): int', ([value]) => BigInt(compareValues(value!, 0n)!)),
  overload('math.sign(uint): uint', ([value]) => uint((value as Uint).value > 0n ? 1n : 0n)),
  overload('math.sqrt(int): double', ([value]) => Math.sqrt(Number(value))),
  overload('math.sqrt(uint): double', ([value]) => Math.sqrt(Number((value as Uint).value))),
  test('isNaN', Number.isNaN),
  test('isInf', (value) => Math.abs(value) === Number.POSITIVE_INFINITY),
  test('isFinite', Number.isFinite),
  ...bits('bitAnd', (a, b) => a & b),
  ...bits('bitOr', (a, b) => a | b),
  ...bits('bitXor', (a, b) => a ^ b),
  overload('math.bitNot(int): int', ([value]) => ~(value as bigint)),
  overload('math.bitNot(uint): uint', ([value]) => new Uint(BigInt.asUintN(64, ~(value as Uint).value))),
  ...shift('bitShiftLeft', (value, by) => value << by),
  ...shift('bitShiftRight', (value, by) => value >> by),
];
