import { decoded, encoded, readInt, writeBytes, writeFlag, writeInt, writeMessage } from './protobuf.js';
import { type KeyRange, type KeyValue, readHeader, readKeyValue } from './kv.js';

/** Opens a watch; etcd then also tells what each change replaced, cuts large answers in fragments, and reports progress now and then. */
export interface WatchCreateRequest extends KeyRange {
  /** The first revision that is wanted. */
  readonly startRevision: number;
}

export type WatchRequest = { readonly create: WatchCreateRequest } | 'progress';

export interface WatchEvent {
  readonly deleted: boolean;
  readonly kv: KeyValue;
  /** Absent for a new key, and when it has been compacted. */
  readonly previous: KeyValue | undefined;
}

export interface WatchResponse {
  /** Of the store, when it has no events. */
  readonly revision: number;
  readonly created: boolean;
  readonly canceled: boolean;
  /** Not 0: what was asked for is older than this and forgotten. */
  readonly compactRevision: number;
  readonly cancelReason: string;
  /** The next answer goes on where this one ends. */
  readonly fragment: boolean;
  readonly events: readonly WatchEvent[];
}

export const WATCH_PATH = '/etcdserverpb.Watch/Watch';

export function encodeWatchRequest(request: WatchRequest): Buffer {
  return encoded((writer) => {
    if (request === 'progress') return writeMessage(writer, 3, () => undefined);
    const { key, end, startRevision } = request.create;
    writeMessage(writer, 1, (inner) => {
      writeBytes(inner, 1, key);
      if (end) writeBytes(inner, 2, end);
      writeInt(inner, 3, startRevision);
      writeFlag(inner, 4, true); // progress_notify
      writeFlag(inner, 6, true); // prev_kv
      writeFlag(inner, 8, true); // fragment
    });
  });
}

export function decodeWatchResponse(bytes: Uint8Array): WatchResponse {
  const response = { revision: 0, created: false, canceled: false, compactRevision: 0, cancelReason: '', fragment: false };
  const events: WatchEvent[] = [];
  decoded(bytes, (number, reader) => {
    if (number === 1) response.revision = readHeader(reader);
    else if (number === 3) response.created = reader.bool();
    else if (number === 4) response.canceled = reader.bool();
    else if (number === 5) response.compactRevision = readInt(reader);
    else if (number === 6) response.cancelReason = reader.string();
    else if (number === 7) response.fragment = reader.bool();
    else if (number === 11) events.push(readEvent(reader.bytes()));
    else return false;
    return true;
  });
  return { ...response, events };
}

function readEvent(bytes: Uint8Array): WatchEvent {
  let deleted = false;
  let kv: KeyValue | undefined;
  let previous: KeyValue | undefined;
  decoded(bytes, (number, reader) => {
    if (number === 1) deleted = reader.int32() === 1;
    else if (number === 2) kv = readKeyValue(reader.bytes());
    else if (number === 3) previous = readKeyValue(reader.bytes());
    else return false;
    return true;
  });
  return { deleted, kv: kv ?? readKeyValue(Buffer.alloc(0)), previous };
}
