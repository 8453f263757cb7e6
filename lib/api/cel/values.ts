import type { Meter } from './meter.js';

/** A value of an expression. Integers are `bigint`, doubles are `number`. */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | ListValue
  | MapValue
  | Optional
  | TypeValue
  | Opaque;

/** Why an expression has no value. A value of its own kind, since `false && fault` is false. */
export class Fault {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** What evaluating comes to. */
export type Result = Value | Fault;

export class Uint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** A moment, in nanoseconds since 1970. */
export class Timestamp {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A span of time in nanoseconds. */
export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A type as a value. */
export class TypeValue {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export class Optional {
  static readonly none = new Optional(undefined);
  readonly value: Value | undefined;

  private constructor(value: Value | undefined) {
    this.value = value;
  }

  static of(value: Value): Optional {
    return new Optional(value);
  }
}

/** A value of a library's own type, such as a quantity. */
export abstract class Opaque {
  abstract readonly typeName: string;
  /** Whether it is the same as another of its type. */
  abstract equals(other: Opaque): boolean;
}

/** Items are made when they are asked for, so that no object needs to be copied. */
export abstract class ListValue {
  abstract readonly size: number;
  abstract at(index: number): Result;

  /** Whether it equals another list; lists that are sets or maps have rules of their own. Undefined: compare item by item. */
  equals(_other: ListValue, _meter: Meter): boolean | undefined {
    return undefined;
  }

  /** This list followed by another. Undefined: nothing special. */
  plus(_other: ListValue, _meter: Meter): Result | undefined {
    return undefined;
  }
}

export class Items extends ListValue {
  readonly #items: readonly Value[];

  constructor(items: readonly Value[]) {
    super();
    this.#items = items;
  }

  get size(): number {
    return this.#items.length;
  }

  at(index: number): Value {
    return this.#items[index]!;
  }
}

/** A map, or an object of which the fields are known. */
export abstract class MapValue {
  readonly typeName: string = 'map';
  abstract readonly size: number;
  /** Undefined: there is no such key. */
  abstract get(key: Value): Result | undefined;
  abstract keys(): readonly Value[];

  /** Whether it equals another one. Undefined: compare entry by entry. */
  equals(_other: MapValue, _meter: Meter): boolean | undefined {
    return undefined;
  }
}

export class Entries extends MapValue {
  readonly #entries = new Map<string, { readonly key: Value; readonly value: Value }>();

  get size(): number {
    return this.#entries.size;
  }

  get(key: Value): Value | undefined {
    const text = keyText(key);
    return text === undefined ? undefined : this.#entries.get(text)?.value;
  }

  /** False: the key is there already. */
  add(key: Value, value: Value): boolean {
    const text = keyText(key);
    if (text === undefined || this.#entries.has(text)) return false;
    this.#entries.set(text, { key, value });
    return true;
  }

  keys(): readonly Value[] {
    return [...this.#entries.values()].map(({ key }) => key);
  }
}

/** Keys that are equal have the same text: numbers of all types are compared by value. Undefined: it can be no key. */
export function keyText(key: Value): string | undefined {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'bigint') return `n${key}`;
  if (key instanceof Uint) return `n${key.value}`;
  if (typeof key === 'boolean') return `b${key}`;
  return typeof key === 'number' && Number.isInteger(key) ? `n${BigInt(key)}` : undefined;
}

/** The name of the type of a value. */
export function typeNameOf(value: Value): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    default:
      return objectTypeName(value);
  }
}

function objectTypeName(value: Exclude<Value, boolean | bigint | number | string>): string {
  if (value === null) return 'null_type';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof ListValue) return 'list';
  if (value instanceof Optional) return 'optional_type';
  if (value instanceof TypeValue) return 'type';
  return value.typeName;
}

/** How large it is: units of a text, bytes, items, entries; 1 for what has no size. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof Uint8Array) return value.length;
  return value instanceof ListValue || value instanceof MapValue ? value.size : 1;
}
