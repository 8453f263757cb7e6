import { encoded, whole } from '../../api/encode.js';
import { jsonText } from '../../api/exact-json.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { StatusError } from '../../api/status-error.js';

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

const END = Buffer.from('}\n');
const OPENINGS = Object.fromEntries(
  (['ADDED', 'MODIFIED', 'DELETED'] as const).map((type) => [type, Buffer.from(`{"type":"${type}","object":`)]),
) as Record<ChangeType, Buffer>;

/** Bytes of lines that are kept: all watchers of an object ask for its line at about the same time, late ones have it made anew. */
const KEPT = 4 * 1024 * 1024;

const lines = new Map<object, { readonly type: ChangeType; readonly line: Buffer }>();
let bytes = 0;

/** The line of a watch that tells a change: made once for all watchers of the object. Shared: never write into it. */
export function eventLine(type: ChangeType, object: Stored<KubeObject>): Buffer {
  const known = lines.get(object);
  if (known?.type === type) return known.line;
  const line = whole([OPENINGS[type], encoded(object), END]);
  if (!known) keep(object, type, line);
  return line;
}

function keep(object: object, type: ChangeType, line: Buffer): void {
  lines.set(object, { type, line });
  bytes += line.length;
  for (const [old, { line: gone }] of lines) {
    if (bytes <= KEPT || old === object) break;
    lines.delete(old);
    bytes -= gone.length;
  }
}

/** A line with any other object. */
export function plainLine(type: ChangeType | 'BOOKMARK' | 'ERROR', object: object): Buffer {
  return Buffer.from(`${jsonText({ type, object })}\n`);
}

/** The last line of a watch that cannot go on. */
export function errorLine(error: StatusError): Buffer {
  return plainLine('ERROR', error.toStatus());
}
