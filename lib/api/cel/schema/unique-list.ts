import { equalValues } from '../equality.js';
import type { Meter } from '../meter.js';
import type { Result, Value } from '../values.js';
import { Fault, Items, keyText, ListValue, MapValue } from '../values.js';

/** Steps that an item takes to be identified and kept. */
const IDENTIFYING = 150;

/** A list whose items have identities: a set, where an item is its own, or a map, where its keys are. */
export class UniqueList extends ListValue {
  readonly #list: ListValue;
  readonly #identity: (item: Value) => string;
  #byIdentity: ReadonlyMap<string, Value> | undefined;

  constructor(list: ListValue, identity: (item: Value) => string) {
    super();
    this.#list = list;
    this.#identity = identity;
  }

  get size(): number {
    return this.#list.size;
  }

  at(index: number): Result {
    return this.#list.at(index);
  }

  /** The order of the items makes no difference. */
  override equals(other: ListValue, meter: Meter): boolean {
    const known = this.#items(meter);
    for (let index = 0; index < other.size; index += 1) {
      const item = other.at(index);
      if (item instanceof Fault) return false;
      const same = known.get(this.#identity(item));
      if (same === undefined || !equalValues(same, item, meter)) return false;
    }
    return true;
  }

  /** Items of the other list take the place of those of the same identity; the rest follows. */
  override plus(other: ListValue, meter: Meter): Result {
    const merged = new Map(this.#items(meter));
    meter.work((merged.size + other.size) * IDENTIFYING);
    for (let index = 0; index < other.size; index += 1) {
      const item = other.at(index);
      if (item instanceof Fault) return item;
      merged.set(this.#identity(item), item);
    }
    return new UniqueList(new Items([...merged.values()]), this.#identity);
  }

  #items(meter: Meter): ReadonlyMap<string, Value> {
    if (this.#byIdentity) return this.#byIdentity;
    const items = new Map<string, Value>();
    meter.work(this.size * IDENTIFYING);
    for (let index = 0; index < this.size; index += 1) {
      const item = this.at(index);
      if (!(item instanceof Fault)) items.set(this.#identity(item), item);
    }
    return (this.#byIdentity = items);
  }
}

/** A text that equal values have in common. */
export function identityOf(value: Value): string {
  const key = keyText(value);
  if (key !== undefined) return key;
  if (value instanceof ListValue) return `[${Array.from({ length: value.size }, (_, index) => partOf(value.at(index))).join(',')}]`;
  if (value instanceof MapValue)
    return `{${value
      .keys()
      .map((name) => `${identityOf(name)}:${partOf(value.get(name)!)}`)
      .sort()
      .join(',')}}`;
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
}

const partOf = (part: Result) => (part instanceof Fault ? '' : identityOf(part));
