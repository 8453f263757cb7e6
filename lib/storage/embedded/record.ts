import { crc32 } from 'node:zlib';
import type { Revision } from '../storage.js';

/**
 * A record of the log:
 *
 * | bytes | what |
 * |---|---|
 * | 0–3 | magic |
 * | 4–7 | CRC-32 of all that follows, begun with the segment's salt |
 * | 8–11 | bytes of payload |
 * | 12–15 | kind |
 * | 16–19 | where the record stands in its segment |
 * | 20–23 | where the first record of its group stands |
 * | 24–31 | revision |
 * | 32– | payload, filled up with zeros to a multiple of 8 |
 *
 * The salt and the place make a record valid in one place of one segment only, so that neither old bytes nor a value that
 * looks like a record can be taken for one. The group tells whether a damaged record had been synced: a later group is
 * written only after that.
 */
export interface LogRecord {
  readonly kind: RecordKind;
  readonly offset: number;
  readonly group: number;
  readonly revision: Revision;
  readonly payload: Buffer;
}

/**
 * `commit`: writes. `compact`: history before its revision is forgotten. `close`: nothing follows here, as the store was stopped in
 * order or, with the number of a segment for its payload, as the log goes on there.
 */
export type RecordKind = 'commit' | 'compact' | 'close';

/** A record to be written. */
export interface NewRecord {
  readonly kind: RecordKind;
  readonly revision: Revision;
  readonly payloadBytes: number;
  /** Writes the payload into the buffer at an offset. */
  readonly fill: (buffer: Buffer, offset: number) => void;
}

const MAGIC = 0x6b6c6f67;
const HEADER = 32;
const KINDS: readonly RecordKind[] = ['commit', 'compact', 'close'];

/** Bytes of a record with so much payload. */
export function recordBytes(payloadBytes: number): number {
  return HEADER + Math.ceil(payloadBytes / 8) * 8;
}

/** Writes a record into `buffer` at `at`; it will stand at `offset` of its segment. Gives the position behind it. */
export function writeRecord(buffer: Buffer, at: number, record: NewRecord, place: { salt: number; offset: number; group: number }): number {
  const end = at + recordBytes(record.payloadBytes);
  buffer.writeUInt32LE(MAGIC, at);
  buffer.writeUInt32LE(record.payloadBytes, at + 8);
  buffer.writeUInt32LE(KINDS.indexOf(record.kind) + 1, at + 12);
  buffer.writeUInt32LE(place.offset, at + 16);
  buffer.writeUInt32LE(place.group, at + 20);
  buffer.writeDoubleLE(record.revision, at + 24);
  record.fill(buffer, at + HEADER);
  buffer.fill(0, at + HEADER + record.payloadBytes, end);
  buffer.writeUInt32LE(crc32(buffer.subarray(at + 8, end), place.salt), at + 4);
  return end;
}

/** The valid record at this offset of a segment, if there is one. */
export function readRecord(segment: Buffer, offset: number, salt: number): LogRecord | undefined {
  if (offset + HEADER > segment.length || segment.readUInt32LE(offset) !== MAGIC) return undefined;
  const payloadBytes = segment.readUInt32LE(offset + 8);
  const end = offset + recordBytes(payloadBytes);
  const kind = KINDS[segment.readUInt32LE(offset + 12) - 1];
  if (end > segment.length || kind === undefined || segment.readUInt32LE(offset + 16) !== offset) return undefined;
  if (crc32(segment.subarray(offset + 8, end), salt) !== segment.readUInt32LE(offset + 4)) return undefined;
  return {
    kind,
    offset,
    group: segment.readUInt32LE(offset + 20),
    revision: segment.readDoubleLE(offset + 24),
    payload: segment.subarray(offset + HEADER, offset + HEADER + payloadBytes),
  };
}
