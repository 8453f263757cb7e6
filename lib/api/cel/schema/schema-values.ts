import type { Schema } from '../../schema/schema.js';
import { sameJson } from '../../validation/faults.js';
import type { DeclaredField, DeclaredType } from '../declared-type.js';
import { equalValues } from '../equality.js';
import type { Meter } from '../meter.js';
import type { Result, Value } from '../values.js';
import { Fault, ListValue, MapValue } from '../values.js';
import { escapeName } from './escape-name.js';
import { identityOf, UniqueList } from './unique-list.js';

type Members = Readonly<Record<string, unknown>>;

const isMembers = (data: unknown): data is Members => typeof data === 'object' && data !== null && !Array.isArray(data);

/** Reads objects of which the fields are declared. */
export function objectReader(typeName: string, fields: ReadonlyMap<string, DeclaredField>): DeclaredType['read'] {
  return (data) => (isMembers(data) ? new SchemaObject(typeName, fields, data) : new Fault('invalid data, expected a map'));
}

export function mapReader(element: DeclaredType): DeclaredType['read'] {
  return (data) => (isMembers(data) ? new SchemaMap(element, data) : new Fault('invalid data, expected a map'));
}

/** Reads lists; those that are sets or maps are equal whatever the order of their items, and keep their items unique. */
export function listReader(schema: Schema, element: DeclaredType): DeclaredType['read'] {
  const type = schema['x-kubernetes-list-type'];
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []).map((key) => escapeName(key) ?? key);
  const identity = type === 'set' ? identityOf : (value: Value) => keyIdentity(value, keys);
  return (data) => {
    if (!Array.isArray(data)) return new Fault('invalid data, expected an array');
    const list = new SchemaList(element, data);
    return type === 'set' || type === 'map' ? new UniqueList(list, identity) : list;
  };
}

function keyIdentity(value: Value, keys: readonly string[]): string {
  if (!(value instanceof MapValue)) return identityOf(value);
  return keys
    .map((key) => {
      const part = value.get(key);
      return part === undefined || part instanceof Fault ? '' : identityOf(part);
    })
    .join(',');
}

class SchemaObject extends MapValue {
  override readonly typeName: string;
  readonly #fields: ReadonlyMap<string, DeclaredField>;
  readonly #data: Members;

  constructor(typeName: string, fields: ReadonlyMap<string, DeclaredField>, data: Members) {
    super();
    this.typeName = typeName;
    this.#fields = fields;
    this.#data = data;
  }

  get size(): number {
    return Object.keys(this.#data).length;
  }

  get(key: Value): Result | undefined {
    const field = typeof key === 'string' ? this.#fields.get(key) : undefined;
    if (!field || !Object.hasOwn(this.#data, field.name)) return undefined;
    const data = this.#data[field.name];
    return data === undefined ? undefined : field.declared.read(data);
  }

  keys(): readonly Value[] {
    return [...this.#fields].filter(([, { name }]) => Object.hasOwn(this.#data, name)).map(([escaped]) => escaped);
  }

  /** Fields that expressions do not see count too. */
  override equals(other: MapValue, meter: Meter): boolean | undefined {
    if (!(other instanceof SchemaObject)) return undefined;
    const seen = new Set<string>();
    for (const [escaped, { name }] of this.#fields) {
      seen.add(name);
      const [one, another] = [this.get(escaped), other.get(escaped)];
      if (one === undefined && another === undefined) continue;
      if (one === undefined || another === undefined || one instanceof Fault || another instanceof Fault) return false;
      if (!equalValues(one, another, meter)) return false;
    }
    return this.#sameUnseen(other, seen, meter);
  }

  #sameUnseen(other: SchemaObject, seen: ReadonlySet<string>, meter: Meter): boolean {
    const names = new Set([...Object.keys(this.#data), ...Object.keys(other.#data)]);
    meter.work(names.size * 20);
    return [...names].every((name) => seen.has(name) || sameUnknown(this.#data[name], other.#data[name], meter));
  }
}

/** Data of no known structure has no price: it is counted before it is compared. */
function sameUnknown(a: unknown, b: unknown, meter: Meter): boolean {
  meter.work(weightOf(a) * 30);
  return sameJson(a, b);
}

function weightOf(data: unknown): number {
  if (typeof data !== 'object' || data === null) return 1;
  return Object.values(data).reduce<number>((sum, part) => sum + weightOf(part), 1);
}

class SchemaMap extends MapValue {
  readonly #element: DeclaredType;
  readonly #data: Members;
  #keys: readonly string[] | undefined;

  constructor(element: DeclaredType, data: Members) {
    super();
    this.#element = element;
    this.#data = data;
  }

  get size(): number {
    return this.keys().length;
  }

  get(key: Value): Result | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#data, key)) return undefined;
    const data = this.#data[key];
    return data === undefined ? undefined : this.#element.read(data);
  }

  keys(): readonly string[] {
    return (this.#keys ??= Object.keys(this.#data));
  }
}

class SchemaList extends ListValue {
  readonly #element: DeclaredType;
  readonly #data: readonly unknown[];

  constructor(element: DeclaredType, data: readonly unknown[]) {
    super();
    this.#element = element;
    this.#data = data;
  }

  get size(): number {
    return this.#data.length;
  }

  at(index: number): Result {
    return this.#element.read(this.#data[index]);
  }
}
