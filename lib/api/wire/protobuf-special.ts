import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { parseExact } from '../exact-json.js';
import { badRequest } from '../status-error.js';

/** Fields of a small message by number: integers as numbers, the rest as bytes. */
type Fields = ReadonlyMap<number, number | Uint8Array>;

const READERS: Readonly<Record<string, (fields: Fields) => unknown>> = {
  'apimachinery.pkg.api.resource.Quantity': (fields) => textOf(fields, 1),
  'apimachinery.pkg.util.intstr.IntOrString': (fields) => (numberOf(fields, 1) === 1 ? textOf(fields, 3) : numberOf(fields, 2)),
  'meta/v1.Time': (fields) => timeOf(fields, 0),
  'meta/v1.MicroTime': (fields) => timeOf(fields, 6),
  'meta/v1.Duration': (fields) => `${numberOf(fields, 1) / 1e9}s`,
  'meta/v1.FieldsV1': jsonOf,
  'apimachinery.pkg.runtime.RawExtension': jsonOf,
  'apiextensions/v1.JSON': jsonOf,
};

/** The JSON value of a message whose JSON form is not its fields (quantities, times, raw JSON); `undefined` for ordinary messages. */
export function specialMessage(type: string, bytes: Uint8Array): { readonly value: unknown } | undefined {
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  return read && { value: read(fieldsOf(bytes)) };
}

function fieldsOf(bytes: Uint8Array): Fields {
  const fields = new Map<number, number | Uint8Array>();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    if (wire === WireType.Varint) fields.set(number, Number(reader.int64()));
    else if (wire === WireType.LengthDelimited) fields.set(number, reader.bytes());
    else reader.skip(wire, number);
  }
  return fields;
}

function numberOf(fields: Fields, number: number): number {
  const value = fields.get(number);
  return typeof value === 'number' ? value : 0;
}

function textOf(fields: Fields, number: number): string {
  const value = fields.get(number);
  return value instanceof Uint8Array ? Buffer.from(value).toString() : '';
}

/** RFC 3339; an empty message is no time at all. */
function timeOf(fields: Fields, digits: 0 | 6): string | undefined {
  if (fields.size === 0) return undefined;
  const date = new Date(numberOf(fields, 1) * 1000);
  if (Number.isNaN(date.getTime())) throw badRequest('a time is out of range');
  const whole = date.toISOString().slice(0, 19);
  const fraction = Math.trunc(numberOf(fields, 2) / 1000);
  return digits === 0 ? `${whole}Z` : `${whole}.${String(fraction).padStart(6, '0')}Z`;
}

function jsonOf(fields: Fields): unknown {
  const text = textOf(fields, 1);
  if (text === '') return undefined;
  try {
    return parseExact(text);
  } catch (error) {
    throw badRequest(`error decoding protobuf: ${(error as Error).message}`);
  }
}
