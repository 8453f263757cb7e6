import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { badRequest } from '../status-error.js';
import type { KubeObject } from '../object.js';
import type { FieldFacts } from '../schema/facts.js';
import { numberOf } from '../schema/integers.js';
import type { ProtoField, ProtoMessage } from '../schema/proto-messages.js';
import { protoMessage, protoTypeOf } from '../schema/proto-messages.js';
import { MAX_BODY_VALUES, tooManyValues } from '../schema/value-count.js';
import { specialMessage } from './protobuf-special.js';

/** `k8s` and a zero: what every Kubernetes protobuf body begins with. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);
/** Structs inside structs; the deepest built-in kind needs about 20. */
const DEEPEST = 100;

type JsonObject = Record<string, unknown>;

/** How deep a message lies, and how many values all that have been read have together. */
interface Place {
  readonly depth: number;
  readonly counter: { values: number };
}

const inside = ({ depth, counter }: Place): Place => ({ depth: depth + 1, counter });

/** Whether a body is in Kubernetes' protobuf form. */
export function isProtobuf(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * The object in a Kubernetes protobuf body, as its JSON form would have it: zero values of fields that are always on the
 * wire are left out, those of fields whose presence has a meaning are kept, quantities, times and raw JSON get their text.
 *
 * Throws StatusError 400 for bytes that are no such body, and for kinds that are not built in; 413 for too many values.
 */
export function decodeProtobuf(bytes: Uint8Array): KubeObject {
  if (!isProtobuf(bytes)) throw badRequest('the object provided is unrecognized: it does not begin with the protobuf prefix k8s');
  try {
    return decodeUnknown(bytes.subarray(MAGIC.length));
  } catch (error) {
    if (error instanceof RangeError || (error instanceof Error && error.name === 'Error'))
      throw badRequest(`error decoding protobuf: ${error.message}`);
    throw error;
  }
}

/** `runtime.Unknown`: {1: TypeMeta, 2: the object's own message}. */
function decodeUnknown(bytes: Uint8Array): KubeObject {
  let type = { apiVersion: '', kind: '' };
  let raw: Uint8Array = new Uint8Array();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    if (number === 1) type = typeMeta(reader.bytes());
    else if (number === 2) raw = reader.bytes();
    else reader.skip(wire, number);
  }
  const known = protoTypeOf(type.apiVersion, type.kind);
  if (!known) throw badRequest(`no kind ${JSON.stringify(type.kind)} is registered for version ${JSON.stringify(type.apiVersion)}`);
  return { kind: type.kind, apiVersion: type.apiVersion, ...message(protoMessage(known), raw, { depth: 0, counter: { values: 0 } }) };
}

/** `runtime.TypeMeta`: {1: apiVersion, 2: kind}; the other way round than `metav1.TypeMeta`. */
function typeMeta(bytes: Uint8Array): { apiVersion: string; kind: string } {
  const type = { apiVersion: '', kind: '' };
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    if (number === 1) type.apiVersion = reader.string();
    else if (number === 2) type.kind = reader.string();
    else reader.skip(wire, number);
  }
  return type;
}

function message(type: ProtoMessage, bytes: Uint8Array, place: Place): JsonObject {
  if (place.depth > DEEPEST) throw badRequest(`the object provided nests deeper than ${DEEPEST} levels`);
  const object: JsonObject = {};
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    const known = type.fields.get(number);
    if ((place.counter.values += 1) > MAX_BODY_VALUES) throw tooManyValues(MAX_BODY_VALUES);
    if (known) readField(object, known, reader, wire, place);
    else reader.skip(wire, number);
  }
  return object;
}

function readField(object: JsonObject, { name, field }: ProtoField, reader: BinaryReader, wire: WireType, place: Place): void {
  if (name === undefined) Object.assign(object, message(protoMessage(field.ref ?? ''), reader.bytes(), inside(place)));
  else if (field.items) readItem(object, name, field.items, reader, wire, place);
  else if (field.map) readEntry(object, name, field, reader.bytes(), place);
  else {
    const value = single(field, reader, wire, place);
    if (field.pointer || !isZero(value)) object[name] = value;
  }
}

function readItem(object: JsonObject, name: string, items: FieldFacts, reader: BinaryReader, wire: WireType, place: Place): void {
  const list = (object[name] ??= []) as unknown[];
  const packed = wire === WireType.LengthDelimited && !items.ref && items.type !== 'string';
  if (!packed) return void list.push(single(items, reader, wire, place));
  const values = new BinaryReader(reader.bytes());
  while (values.pos < values.len) list.push(scalar(items, values, items.type === 'number' ? WireType.Bit64 : WireType.Varint));
}

function readEntry(object: JsonObject, name: string, field: FieldFacts, bytes: Uint8Array, place: Place): void {
  const values = field.map as FieldFacts;
  const entry = new BinaryReader(bytes);
  let key = '';
  let value: unknown;
  while (entry.pos < entry.len) {
    const [number, wire] = entry.tag();
    if (number === 1) key = entry.string();
    else if (number !== 2) entry.skip(wire, number);
    else value = field.wire === undefined ? single(values, entry, wire, place) : wrapped(field.wire, entry.bytes(), place);
  }
  // Not an assignment, which for the key `__proto__` would set the prototype.
  Object.defineProperty((object[name] ??= {}), key, {
    value: value ?? zeroOf(values),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function single(field: FieldFacts, reader: BinaryReader, wire: WireType, place: Place): unknown {
  if (field.wire !== undefined) return wrapped(field.wire, reader.bytes(), place);
  if (!field.ref) return scalar(field, reader, wire);
  const bytes = reader.bytes();
  const special = specialMessage(field.ref, bytes);
  if (special) return special.value;
  const object = message(protoMessage(field.ref), bytes, inside(place));
  // Unions whose JSON form is the one member that is set.
  return /^apiextensions\/v1\.JSONSchemaPropsOr/.test(field.ref) ? Object.values(object).at(-1) : object;
}

/** A list that has a message of its own around it. */
function wrapped(type: string, bytes: Uint8Array, place: Place): unknown {
  const wrapper = protoMessage(type);
  return message(wrapper, bytes, inside(place))[wrapper.facts.unwrap ?? ''] ?? [];
}

function scalar({ type, format }: FieldFacts, reader: BinaryReader, wire: WireType): unknown {
  switch (type) {
    case 'integer':
      return numberOf(String(reader.int64()));
    case 'boolean':
      return reader.bool();
    case 'number':
      return wire === WireType.Bit32 ? reader.float() : reader.double();
    default:
      return format === 'byte' ? Buffer.from(reader.bytes()).toString('base64') : reader.string();
  }
}

function isZero(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0;
}

function zeroOf({ type }: FieldFacts): unknown {
  return type === 'string' ? '' : type === 'integer' || type === 'number' ? 0 : type === 'boolean' ? false : {};
}
