import type { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import type { LeaseId } from './lease.js';
import { decoded, encoded, type Method, readBytes, readInt, writeBytes, writeFlag, writeInt, writeMessage } from './protobuf.js';

/** A key and its value at one revision. */
export interface KeyValue {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly createRevision: number;
  readonly modRevision: number;
}

/** `[key, end)`; without an end, that key alone. An end of one zero byte: no end. */
export interface KeyRange {
  readonly key: Uint8Array | string;
  readonly end?: Uint8Array | undefined;
}

export interface RangeRequest extends KeyRange {
  /** Default 0: no limit. */
  readonly limit?: number | undefined;
  /** Default 0: the latest. */
  readonly revision?: number | undefined;
  readonly countOnly?: boolean | undefined;
}

export interface RangeResponse {
  /** The store's revision when it answered. */
  readonly revision: number;
  readonly kvs: readonly KeyValue[];
  /** Keys in the range, whatever the limit. */
  readonly count: number;
}

/** What must hold of a key: when it was last written (0: never, or it is gone), or that it is there. */
export type Compare = { readonly key: string; readonly modRevision: number } | { readonly key: string; readonly present: true };

export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array; readonly lease?: LeaseId | undefined }
  | { readonly type: 'delete'; readonly key: string }
  | { readonly type: 'range'; readonly key: string };

export interface TxnRequest {
  readonly compare: readonly Compare[];
  readonly success: readonly Operation[];
  readonly failure: readonly Operation[];
}

export interface TxnResponse {
  readonly revision: number;
  readonly succeeded: boolean;
  /** By operation: what a range found, what a delete removed, nothing for a put. */
  readonly responses: readonly (readonly KeyValue[])[];
}

/** Compares of `etcdserverpb.Compare`. */
const EQUAL = 0;
const GREATER = 1;
const VERSION = 0;
const MOD = 2;

export const range: Method<RangeRequest, RangeResponse> = {
  path: '/etcdserverpb.KV/Range',
  encode: (request) => encoded((writer) => writeRange(writer, request)),
  decode: readRange,
};

export const txn: Method<TxnRequest, TxnResponse> = {
  path: '/etcdserverpb.KV/Txn',
  encode: ({ compare, success, failure }) =>
    encoded((writer) => {
      for (const one of compare) writeMessage(writer, 1, (inner) => writeCompare(inner, one));
      for (const one of success) writeMessage(writer, 2, (inner) => writeOperation(inner, one));
      for (const one of failure) writeMessage(writer, 3, (inner) => writeOperation(inner, one));
    }),
  decode: (bytes) => {
    let revision = 0;
    let succeeded = false;
    const responses: (readonly KeyValue[])[] = [];
    decoded(bytes, (number, reader) => {
      if (number === 1) revision = readHeader(reader);
      else if (number === 2) succeeded = reader.bool();
      else if (number === 3) responses.push(readOperationResponse(reader.bytes()));
      else return false;
      return true;
    });
    return { revision, succeeded, responses };
  },
};

export const compact: Method<{ readonly revision: number }, { readonly revision: number }> = {
  path: '/etcdserverpb.KV/Compact',
  encode: ({ revision }) => encoded((writer) => writeInt(writer, 1, revision)),
  decode: (bytes) => ({ revision: revisionOf(bytes) }),
};

/** The revision in a `ResponseHeader`. */
export function readHeader(reader: BinaryReader): number {
  let revision = 0;
  decoded(reader.bytes(), (number, inner) => {
    if (number !== 3) return false;
    revision = readInt(inner);
    return true;
  });
  return revision;
}

export function readKeyValue(bytes: Uint8Array): KeyValue {
  const kv: { -readonly [K in keyof KeyValue]: KeyValue[K] } = { key: EMPTY, value: EMPTY, createRevision: 0, modRevision: 0 };
  decoded(bytes, (number, reader) => {
    if (number === 1) kv.key = readBytes(reader);
    else if (number === 2) kv.createRevision = readInt(reader);
    else if (number === 3) kv.modRevision = readInt(reader);
    else if (number === 5) kv.value = readBytes(reader);
    else return false;
    return true;
  });
  return kv;
}

const EMPTY = Buffer.alloc(0);

function writeRange(writer: BinaryWriter, { key, end, limit = 0, revision = 0, countOnly }: RangeRequest): void {
  writeBytes(writer, 1, key);
  if (end) writeBytes(writer, 2, end);
  writeInt(writer, 3, limit);
  writeInt(writer, 4, revision);
  writeFlag(writer, 9, countOnly);
}

function writeCompare(writer: BinaryWriter, compare: Compare): void {
  const present = 'present' in compare;
  writeInt(writer, 1, present ? GREATER : EQUAL);
  writeInt(writer, 2, present ? VERSION : MOD);
  writeBytes(writer, 3, compare.key);
  // The operand is one of a union: it is written also when it is 0.
  if (present) writer.tag(4, 0).uint32(0);
  else writer.tag(6, 0).int64(compare.modRevision);
}

function writeOperation(writer: BinaryWriter, operation: Operation): void {
  switch (operation.type) {
    case 'range':
      return writeMessage(writer, 1, (inner) => writeBytes(inner, 1, operation.key));
    case 'put':
      return writeMessage(writer, 2, (inner) => {
        writeBytes(inner, 1, operation.key);
        writeBytes(inner, 2, operation.value);
        if (operation.lease !== undefined) inner.tag(3, 0).int64(operation.lease);
      });
    case 'delete':
      return writeMessage(writer, 3, (inner) => {
        writeBytes(inner, 1, operation.key);
        writeFlag(inner, 3, true); // prev_kv
      });
  }
}

function readRange(bytes: Uint8Array): RangeResponse {
  let revision = 0;
  let count = 0;
  const kvs: KeyValue[] = [];
  decoded(bytes, (number, reader) => {
    if (number === 1) revision = readHeader(reader);
    else if (number === 2) kvs.push(readKeyValue(reader.bytes()));
    else if (number === 4) count = readInt(reader);
    else return false;
    return true;
  });
  return { revision, kvs, count };
}

/** `ResponseOp`: 1 a range, 2 a put, 3 a delete. */
function readOperationResponse(bytes: Uint8Array): readonly KeyValue[] {
  let found: readonly KeyValue[] = [];
  decoded(bytes, (number, reader) => {
    if (number === 1) found = readRange(reader.bytes()).kvs;
    else if (number === 3) found = readDeleted(reader.bytes());
    else return false;
    return true;
  });
  return found;
}

function readDeleted(bytes: Uint8Array): KeyValue[] {
  const previous: KeyValue[] = [];
  decoded(bytes, (number, reader) => {
    if (number !== 3) return false;
    previous.push(readKeyValue(reader.bytes()));
    return true;
  });
  return previous;
}

function revisionOf(bytes: Uint8Array): number {
  let revision = 0;
  decoded(bytes, (number, reader) => {
    if (number !== 1) return false;
    revision = readHeader(reader);
    return true;
  });
  return revision;
}
