import { join } from 'node:path';
import { corrupt } from './disk-error.js';
import { type LogRecord, readRecord, recordBytes } from './record.js';
import { Scratch } from './scratch.js';
import { readSegment, SEGMENT_HEADER, type SegmentHeader } from './segment.js';

/** What a segment holds. */
export interface SegmentScan {
  readonly header: SegmentHeader;
  readonly records: readonly LogRecord[];
  /** Where the last good record ends. */
  readonly end: number;
  /** Whether only zeros follow; if not, the last group was cut off while it was being written. */
  readonly clean: boolean;
}

/**
 * Reads a segment up to its first bad byte, and judges what that is.
 *
 * A torn group at the end was never acknowledged and is left out. A bad record with a good one of a later group behind it
 * had been synced, and perhaps acknowledged: that is damage, and throws `Corrupt`. The records are good as long as `scratch` is
 * not read into again.
 */
export async function scanSegment(directory: string, sequence: number, scratch = new Scratch()): Promise<SegmentScan> {
  const { bytes, ...header } = await readSegment(directory, sequence, scratch);
  const records: LogRecord[] = [];
  let end = SEGMENT_HEADER;
  for (let next = readRecord(bytes, end, header.salt); next !== undefined; next = readRecord(bytes, end, header.salt)) {
    records.push(next);
    end += recordBytes(next.payload.length);
  }
  const clean = isZero(bytes, end);
  const later = clean ? undefined : findRecord(bytes, end + 8, header.salt, (record) => record.group > end);
  if (later !== undefined) {
    throw corrupt(join(directory, header.name), end, `a record is unreadable, and good ones follow from byte ${later.offset}`);
  }
  return { header, records, end, clean };
}

function findRecord(bytes: Buffer, from: number, salt: number, wanted: (record: LogRecord) => boolean): LogRecord | undefined {
  for (let offset = from; offset < bytes.length; offset += 8) {
    const record = readRecord(bytes, offset, salt);
    if (record && wanted(record)) return record;
  }
  return undefined;
}

function isZero(bytes: Buffer, from: number): boolean {
  const rest = bytes.subarray(from);
  const zeros = Buffer.alloc(Math.min(rest.length, 65_536));
  for (let at = 0; at < rest.length; at += zeros.length) {
    const part = rest.subarray(at, at + zeros.length);
    if (part.compare(zeros, 0, part.length) !== 0) return false;
  }
  return true;
}
