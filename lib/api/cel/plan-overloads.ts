import type { Checked } from './checker.js';
import type { Step } from './frame.js';
import type { Meter } from './meter.js';
import type { Call } from './node.js';
import type { Overload } from './overload.js';
import type { Planner } from './planner.js';
import type { Type } from './types.js';
import type { Result, Value } from './values.js';
import { Duration, Fault, ListValue, MapValue, Opaque, Optional, sizeOf, Timestamp, TypeValue, Uint } from './values.js';

const NO_ITEMS: readonly number[] = [];

/** A call of a function: of the overloads that the checker left, the first that fits the values runs. */
export function planOverloads(planner: Planner, node: Call, checked: Checked): Step {
  const overloads = checked.overloads.get(node) ?? [];
  const nodes = node.target && !checked.qualified.has(node) ? [node.target, ...node.args] : node.args;
  const steps = nodes.map((arg) => planner.plan(arg));
  const [only] = overloads;
  const certain = overloads.length === 1 && nodes.every((arg) => checked.typeOf(arg).kind !== 'dyn');
  const choose: (values: readonly Value[]) => Overload | undefined = certain
    ? () => only
    : (values) => overloads.find(({ parameters }) => parameters.every((parameter, index) => fits(parameter, values[index]!)));
  return (frame) => {
    const values: Value[] = [];
    for (const step of steps) {
      const value = step(frame);
      if (value instanceof Fault) return value;
      values.push(value);
    }
    const overload = choose(values);
    return overload ? invoke(overload, values, frame.meter) : new Fault('no such overload');
  };
}

function invoke(overload: Overload, values: readonly Value[], meter: Meter): Result {
  // Charged first: what is too dear is not done.
  meter.charge(overload.cost ? overload.cost(values.map(sizeOf), NO_ITEMS) : 1);
  return overload.apply(values, meter);
}

/** Whether a value can stand for a parameter, as far as its outermost type tells. */
export function fits(type: Type, value: Value): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'error':
    case 'parameter':
      return true;
    case 'null':
      return value === null;
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'bigint';
    case 'double':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'object':
      return value instanceof MapValue && value.typeName === type.name;
    case 'opaque':
      return type.name === 'optional_type' ? value instanceof Optional : value instanceof Opaque && value.typeName === type.name;
    default:
      return value instanceof CLASSES[type.kind];
  }
}

const CLASSES = {
  uint: Uint,
  bytes: Uint8Array,
  timestamp: Timestamp,
  duration: Duration,
  list: ListValue,
  map: MapValue,
  type: TypeValue,
} as const;
