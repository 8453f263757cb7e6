import { equalValues } from './equality.js';
import type { Step } from './frame.js';
import type { Call } from './node.js';
import { traversal } from './overload.js';
import { indexed, optionalMember, planSelect } from './plan-select.js';
import type { Planner } from './planner.js';
import type { Result, Value } from './values.js';
import { Fault, ListValue, MapValue, Optional, sizeOf } from './values.js';

const NO_OVERLOAD = new Fault('no such overload');

/** The operators that do not just take values and give one; undefined for all else. */
export function planOperator(planner: Planner, { name, args }: Call): Step | undefined {
  const steps = () => args.map((arg) => planner.plan(arg)) as [Step, Step, Step];
  switch (name) {
    case '_&&_':
      return logical(steps(), false);
    case '_||_':
      return logical(steps(), true);
    case '_?_:_':
      return conditional(steps());
    case '_==_':
      return equality(steps(), true);
    case '_!=_':
      return equality(steps(), false);
    case '@in':
      return membership(steps());
    case '_[_]':
      return binary(steps(), 1, indexed);
    case '_[?_]':
      return binary(steps(), 1, (holder, key) => optionalMember(holder instanceof Optional ? holder.value : holder, key));
    case '_?._': {
      const field = args[1]!.kind === 'literal' ? args[1]!.value : '';
      const operand = planner.plan(args[0]!);
      return typeof field === 'string' ? optionalSelect(operand, field) : planSelect(operand, '', false);
    }
    default:
      return undefined;
  }
}

/** `&&` and `||`: one side that decides makes up for a fault of the other, whichever comes first. */
function logical([left, right]: readonly [Step, Step, ...Step[]], decides: boolean): Step {
  return (frame) => {
    const one = left(frame);
    if (one === decides) return decides;
    const other = right(frame);
    if (other === decides) return decides;
    if (one instanceof Fault) return one;
    if (typeof one !== 'boolean') return NO_OVERLOAD;
    return other instanceof Fault || typeof other === 'boolean' ? other : NO_OVERLOAD;
  };
}

function conditional([condition, yes, no]: readonly [Step, Step, Step]): Step {
  return (frame) => {
    const chosen = condition(frame);
    if (chosen === true) return yes(frame);
    if (chosen === false) return no(frame);
    return chosen instanceof Fault ? chosen : NO_OVERLOAD;
  };
}

function equality([left, right]: readonly [Step, Step, ...Step[]], equal: boolean): Step {
  return (frame) => {
    const one = left(frame);
    if (one instanceof Fault) return one;
    const other = right(frame);
    if (other instanceof Fault) return other;
    frame.meter.charge(traversal(Math.min(sizeOf(one), sizeOf(other))));
    return equalValues(one, other, frame.meter) === equal;
  };
}

function membership([item, holder]: readonly [Step, Step, ...Step[]]): Step {
  return (frame) => {
    const wanted = item(frame);
    if (wanted instanceof Fault) return wanted;
    const within = holder(frame);
    if (within instanceof Fault) return within;
    if (within instanceof MapValue) {
      frame.meter.charge(1);
      return within.get(wanted) !== undefined;
    }
    if (!(within instanceof ListValue)) return NO_OVERLOAD;
    frame.meter.charge(within.size);
    for (let index = 0; index < within.size; index += 1) {
      const one = within.at(index);
      if (one instanceof Fault) return one;
      if (equalValues(one, wanted, frame.meter)) return true;
    }
    return false;
  };
}

function binary([left, right]: readonly [Step, Step, ...Step[]], cost: number, apply: (a: Value, b: Value) => Result): Step {
  return (frame) => {
    const one = left(frame);
    if (one instanceof Fault) return one;
    const other = right(frame);
    if (other instanceof Fault) return other;
    frame.meter.charge(cost);
    return apply(one, other);
  };
}

function optionalSelect(operand: Step, field: string): Step {
  return (frame) => {
    const value = operand(frame);
    if (value instanceof Fault) return value;
    frame.meter.charge(1);
    return optionalMember(value instanceof Optional ? value.value : value, field);
  };
}
