import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { jsonText } from '../../../api/exact-json.js';

/** Writes one JSON value as a field. */
export type Field = (writer: BinaryWriter, value: unknown) => void;

/** How a JSON object becomes a message. What it has no field for is left out. */
export interface Message {
  /** By the JSON member that each holds. */
  readonly fields: Readonly<Record<string, Field>>;
  /** What holds the members whose names begin with `x-`. */
  readonly extensions?: number;
  /** What holds all other members, each as a pair of name and value. */
  readonly entries?: { readonly number: number; readonly value: Field };
}

/** The bytes of an object. */
export function encode(message: Message, value: unknown): Uint8Array {
  const writer = new BinaryWriter();
  write(writer, message, value);
  return writer.finish();
}

function write(writer: BinaryWriter, { fields, extensions, entries }: Message, value: unknown): void {
  if (value === null || typeof value !== 'object') return;
  for (const [name, member] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field) field(writer, member);
    else if (extensions !== undefined && name.startsWith('x-')) pair(writer, extensions, name, member, any(2));
    else if (entries) pair(writer, entries.number, name, member, entries.value);
  }
}

function pair(writer: BinaryWriter, number: number, name: string, member: unknown, value: Field): void {
  writer.tag(number, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(name);
  value(writer, member);
  writer.join();
}

/** A string. */
export const text =
  (number: number): Field =>
  (writer, value) => {
    if (typeof value === 'string' && value !== '') writer.tag(number, WireType.LengthDelimited).string(value);
  };

/** A boolean; false is the same as absent. */
export const flag =
  (number: number): Field =>
  (writer, value) => {
    if (value === true) writer.tag(number, WireType.Varint).bool(true);
  };

/** A boolean whose presence counts, as in alternatives. */
export const choice =
  (number: number): Field =>
  (writer, value) => {
    if (typeof value === 'boolean') writer.tag(number, WireType.Varint).bool(value);
  };

/** A 64-bit integer. */
export const integer =
  (number: number): Field =>
  (writer, value) => {
    if (typeof value === 'bigint' || Number.isInteger(value)) writer.tag(number, WireType.Varint).int64(value as number | bigint);
  };

/** A floating-point number. */
export const double =
  (number: number): Field =>
  (writer, value) => {
    if (typeof value === 'number' || typeof value === 'bigint') writer.tag(number, WireType.Bit64).double(Number(value));
  };

/** A message; told as a function, as messages may hold themselves. */
export const nested =
  (number: number, message: () => Message): Field =>
  (writer, value) => {
    writer.tag(number, WireType.LengthDelimited).fork();
    write(writer, message(), value);
    writer.join();
  };

/** Any JSON value, told as text: JSON is YAML. */
export const any =
  (number: number): Field =>
  (writer, value) => {
    writer.tag(number, WireType.LengthDelimited).fork();
    writer.tag(2, WireType.LengthDelimited).string(jsonText(value));
    writer.join();
  };

/** Each element of a list, or the one value that stands for such a list. */
export const each =
  (field: Field): Field =>
  (writer, value) => {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) field(writer, one);
  };

/** A message that holds the value as its only field. */
export const wrapped =
  (number: number, field: Field): Field =>
  (writer, value) => {
    writer.tag(number, WireType.LengthDelimited).fork();
    field(writer, value);
    writer.join();
  };

/** One of two fields, by what the value is. */
export const either =
  (isFirst: (value: object) => boolean, first: Field, second: Field): Field =>
  (writer, value) => {
    (typeof value === 'object' && value !== null && isFirst(value) ? first : second)(writer, value);
  };

/** Whether an object is nothing but a reference to another. */
export const isReference = (value: object): boolean => '$ref' in value && Object.keys(value).length === 1;
