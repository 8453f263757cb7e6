import { Quantity } from '../../meta/quantity.js';
import type { Overload } from '../overload.js';
import { traversal } from '../overload.js';
import { OPAQUE_NAMES, overload } from '../signature.js';
import type { Meter } from '../meter.js';
import { MAX_INT, MIN_INT } from '../number-literal.js';
import type { Result, Value } from '../values.js';
import { Fault, Opaque } from '../values.js';

class QuantityValue extends Opaque {
  readonly typeName = OPAQUE_NAMES['Quantity']!;

  constructor(readonly quantity: Quantity) {
    super();
  }

  equals(other: Opaque): boolean {
    return other instanceof QuantityValue && this.quantity.compare(other.quantity) === 0;
  }
}

const of = (value: Value | undefined) => (value as QuantityValue).quantity;
const parsed = { cost: ([text = 0]: readonly number[]) => traversal(text) };

/** The whole number that it is; undefined when it is none, or too large for 64 bits. */
function wholeOf(quantity: Quantity): bigint | undefined {
  const whole = quantity.wholeValue();
  return whole === undefined || whole < MIN_INT || whole > MAX_INT ? undefined : whole;
}

/** Long numbers take time that grows with the square of their length. */
function quantityOf(text: Value | undefined, meter: Meter): Quantity | undefined {
  meter.work((text as string).length ** 2 / 1000);
  return Quantity.tryParse(text as string);
}

function parse([text]: readonly Value[], meter: Meter): Result {
  const quantity = quantityOf(text, meter);
  if (quantity) return new QuantityValue(quantity);
  return new Fault("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
}

const whole = (value: Value | undefined) => Quantity.parse((value as bigint).toString());

/** Kubernetes' library of quantities. */
export const quantities: readonly Overload[] = [
  overload('quantity(string): Quantity', parse, parsed),
  overload('isQuantity(string): bool', ([text], meter) => quantityOf(text, meter) !== undefined, parsed),
  overload('<Quantity>.sign(): int', ([one]) => BigInt(of(one).sign())),
  overload('<Quantity>.isGreaterThan(Quantity): bool', ([one, other]) => of(one).compare(of(other)) > 0),
  overload('<Quantity>.isLessThan(Quantity): bool', ([one, other]) => of(one).compare(of(other)) < 0),
  overload('<Quantity>.compareTo(Quantity): int', ([one, other]) => BigInt(of(one).compare(of(other)))),
  overload('<Quantity>.isInteger(): bool', ([one]) => wholeOf(of(one)) !== undefined),
  overload('<Quantity>.asInteger(): int', ([one]) => wholeOf(of(one)) ?? new Fault('cannot convert value to integer')),
  overload('<Quantity>.asApproximateFloat(): double', ([one]) => of(one).approximate()),
  overload('<Quantity>.add(Quantity): Quantity', ([one, other]) => new QuantityValue(of(one).add(of(other)))),
  overload('<Quantity>.add(int): Quantity', ([one, other]) => new QuantityValue(of(one).add(whole(other)))),
  overload('<Quantity>.sub(Quantity): Quantity', ([one, other]) => new QuantityValue(of(one).subtract(of(other)))),
  overload('<Quantity>.sub(int): Quantity', ([one, other]) => new QuantityValue(of(one).subtract(whole(other)))),
];
