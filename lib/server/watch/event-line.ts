import { bytesOf } from '../../api/encode.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { StatusError } from '../../api/status-error.js';

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

const END = Buffer.from('}\n');
const OPENINGS = Object.fromEntries(
  (['ADDED', 'MODIFIED', 'DELETED'] as const).map((type) => [type, Buffer.from(`{"type":"${type}","object":`)]),
) as Record<ChangeType, Buffer>;

const lines = new WeakMap<object, Partial<Record<ChangeType, Buffer>>>();

/** The line of a watch that tells a change: made once for all watchers of the object. Shared: never write into it. */
export function eventLine(type: ChangeType, object: Stored<KubeObject>): Buffer {
  let known = lines.get(object);
  if (!known) lines.set(object, (known = {}));
  return (known[type] ??= Buffer.concat([OPENINGS[type], bytesOf(object), END]));
}

/** A line with any other object. */
export function plainLine(type: ChangeType | 'BOOKMARK' | 'ERROR', object: object): Buffer {
  return Buffer.from(`${JSON.stringify({ type, object })}\n`);
}

/** The last line of a watch that cannot go on. */
export function errorLine(error: StatusError): Buffer {
  return plainLine('ERROR', error.toStatus());
}
