import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';

/** A unary method of etcd's gRPC interface, with how its messages are written and read. */
export interface Method<Request, Response> {
  /** As in `/etcdserverpb.KV/Range`. */
  readonly path: string;
  encode(this: void, request: Request): Buffer;
  decode(this: void, bytes: Buffer): Response;
}

/** Reads the field that the reader stands at, if it knows its number: `false` for one to pass over. */
export type ReadField = (number: number, reader: BinaryReader) => boolean;

/** Bytes of a writer's buffer above which it is not used again. */
const LARGE = 64 * 1024;
/** Used for one message after the other: its buffer would otherwise grow anew with each. */
let shared = new BinaryWriter();

/** A message as bytes. */
export function encoded(write: (writer: BinaryWriter) => void): Buffer {
  const writer = shared;
  shared = new BinaryWriter(); // in case of an error
  write(writer);
  const bytes = writer.finish();
  if (bytes.length <= LARGE) shared = writer;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads all fields of a message. */
export function decoded(bytes: Uint8Array, field: ReadField): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    if (!field(number, reader)) reader.skip(wire, number);
  }
}

const VARINT = 0;
const LENGTH = 2;

/** Writes bytes or, as UTF-8, a text; left out when empty. */
export function writeBytes(writer: BinaryWriter, number: number, value: Uint8Array | string): void {
  if (value.length === 0) return;
  writer.tag(number, LENGTH);
  if (typeof value === 'string') writer.string(value);
  else writer.bytes(value);
}

/** Writes a safe integer; left out when 0. */
export function writeInt(writer: BinaryWriter, number: number, value: number): void {
  if (value === 0) return;
  writer.tag(number, VARINT);
  if (value > 0 && value <= 0xffffffff) writer.uint32(value);
  else writer.int64(value);
}

/** Writes a flag; left out when false. */
export function writeFlag(writer: BinaryWriter, number: number, value: boolean | undefined): void {
  if (value) writer.tag(number, VARINT).bool(true);
}

/** Writes a message in a message, also when it is empty. */
export function writeMessage(writer: BinaryWriter, number: number, write: (writer: BinaryWriter) => void): void {
  writer.tag(number, LENGTH).fork();
  write(writer);
  writer.join();
}

/** An int64 as a safe integer, which etcd's revisions and counts are. */
export function readInt(reader: BinaryReader): number {
  return Number(reader.int64());
}

/** Bytes of a field: a view of the message, which is a Buffer. */
export function readBytes(reader: BinaryReader): Buffer {
  return reader.bytes() as Buffer;
}
