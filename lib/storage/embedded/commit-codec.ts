import type { Write } from '../storage.js';
import type { CommitPlan, KeyChange } from '../memory/commit-plan.js';
import { ownBytes } from '../own-bytes.js';
import type { LogRecord, NewRecord } from './record.js';

/** Of each write: type (0 delete, 1 put), bytes of key, bytes of value; then key and value. */
const HEAD = 9;
/** Payload of a record that names the next segment. */
export const CONTINUATION = 4;

/** A commit as a record: all its writes. */
export function commitRecord({ revision, changes }: CommitPlan): NewRecord {
  let payloadBytes = 0;
  for (const change of changes) payloadBytes += HEAD + Buffer.byteLength(keyOf(change)) + valueBytes(change);
  return {
    kind: 'commit',
    revision,
    payloadBytes,
    fill: (buffer, offset) => void changes.reduce((at, change) => fill(buffer, at, change), offset),
  };
}

/** A record that is all header. */
export function markRecord(kind: 'compact' | 'close', revision: number): NewRecord {
  return { kind, revision, payloadBytes: 0, fill: () => undefined };
}

/** The last record of a full segment: says where the log goes on, so that the loss of that file is noticed. */
export function continuationRecord(revision: number, sequence: number): NewRecord {
  return { kind: 'close', revision, payloadBytes: CONTINUATION, fill: (buffer, offset) => buffer.writeUInt32LE(sequence, offset) };
}

/** The segment in which the log goes on after this record, if it is the last of a full one. */
export function continuationOf({ kind, payload }: LogRecord): number | undefined {
  return kind === 'close' && payload.length === CONTINUATION ? payload.readUInt32LE(0) : undefined;
}

/** The writes of a commit's payload; values are copied out of it. */
export function writesOf(payload: Buffer): Write[] {
  const writes: Write[] = [];
  for (let at = 0; at < payload.length;) {
    const keyEnd = at + HEAD + payload.readUInt32LE(at + 1);
    const valueEnd = keyEnd + payload.readUInt32LE(at + 5);
    if (valueEnd > payload.length) throw new RangeError('a write is longer than its record');
    const key = payload.toString('utf8', at + HEAD, keyEnd);
    writes.push(payload[at] === 1 ? { type: 'put', key, value: ownBytes(payload.subarray(keyEnd, valueEnd)) } : { type: 'delete', key });
    at = valueEnd;
  }
  return writes;
}

function fill(buffer: Buffer, at: number, change: KeyChange): number {
  buffer[at] = change.type === 'put' ? 1 : 0;
  const keyBytes = buffer.write(keyOf(change), at + HEAD);
  buffer.writeUInt32LE(keyBytes, at + 1);
  buffer.writeUInt32LE(valueBytes(change), at + 5);
  if (change.type === 'put') buffer.set(change.entry.value, at + HEAD + keyBytes);
  return at + HEAD + keyBytes + valueBytes(change);
}

function keyOf(change: KeyChange): string {
  return change.type === 'put' ? change.entry.key : change.previous.key;
}

function valueBytes(change: KeyChange): number {
  return change.type === 'put' ? change.entry.value.length : 0;
}
