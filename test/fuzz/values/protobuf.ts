import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { FieldFacts } from '../../../lib/api/schema/facts.js';
import { protoMessage, protoTypeOf } from '../../../lib/api/schema/proto-messages.js';
import { isMap, jsonOf, JsonText } from './json-text.js';

const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);
const VARINT = 0;
const DELIMITED = 2;

/**
 * A body in Kubernetes' protobuf form. Exact for what the fuzzer makes of it and no more: quantities, times and raw JSON are sent as
 * their text, values of wrong types as text too. Undefined for kinds without one.
 */
export function protobufOf(value: unknown): Buffer | undefined {
  if (!isMap(value)) return undefined;
  const { apiVersion, kind } = value;
  const type = typeof apiVersion === 'string' && typeof kind === 'string' ? protoTypeOf(apiVersion, kind) : undefined;
  if (type === undefined) return undefined;
  const meta = new BinaryWriter()
    .tag(1, DELIMITED)
    .string(apiVersion as string)
    .tag(2, DELIMITED)
    .string(kind as string);
  const whole = new BinaryWriter().tag(1, DELIMITED).bytes(meta.finish()).tag(2, DELIMITED).bytes(messageOf(type, value));
  return Buffer.concat([MAGIC, whole.finish()]);
}

function messageOf(type: string, value: Readonly<Record<string, unknown>>): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, { name, field }] of protoMessage(type).fields) {
    if (name === undefined) writer.tag(number, DELIMITED).bytes(messageOf(field.ref ?? '', value));
    else if (Object.hasOwn(value, name)) writeField(writer, number, field, value[name]);
  }
  return writer.finish();
}

function writeField(writer: BinaryWriter, number: number, field: FieldFacts, value: unknown): void {
  if (field.items && Array.isArray(value)) value.forEach((item) => writeSingle(writer, number, field.items!, item));
  else if (field.map && isMap(value)) {
    for (const [key, item] of Object.entries(value)) {
      const entry = new BinaryWriter().tag(1, DELIMITED).string(wellFormed(key));
      writeSingle(entry, 2, field.map, item);
      writer.tag(number, DELIMITED).bytes(entry.finish());
    }
  } else writeSingle(writer, number, field, value);
}

function writeSingle(writer: BinaryWriter, number: number, { ref, type }: FieldFacts, value: unknown): void {
  if (ref && isMap(value)) writer.tag(number, DELIMITED).bytes(messageOf(ref, value));
  else if (type === 'integer' && Number.isSafeInteger(value)) writer.tag(number, VARINT).int64(BigInt(value as number));
  else if (type === 'boolean' && typeof value === 'boolean') writer.tag(number, VARINT).bool(value);
  else
    writer
      .tag(number, DELIMITED)
      .string(wellFormed(typeof value === 'string' ? value : value instanceof JsonText ? value.text : jsonOf(value)));
}

const wellFormed = (text: string): string => text.replace(/[\ud800-\udfff]/gu, '?');
