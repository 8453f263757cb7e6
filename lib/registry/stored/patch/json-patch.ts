import type { Operation } from 'fast-json-patch';
import fastJsonPatch from 'fast-json-patch';
import { StatusError } from '../../../api/status-error.js';
import { copyJson } from '../draft.js';

const OPERATIONS = ['add', 'remove', 'replace', 'move', 'copy', 'test'];

/** Bytes of JSON that all `copy` operations of a patch may add together, as in Kubernetes: each could double the object. */
const MOST_COPIED = 3 * 1024 * 1024;

/**
 * RFC 6902 on a copy of `document`. As Kubernetes does, `replace` of a missing member of a map adds it. Throws 422. `breathe` is called
 * between operations.
 */
export async function applyJsonPatch(document: object, operations: readonly object[], breathe: () => Promise<void>): Promise<object> {
  let result = copyJson(document);
  let copied = 0;
  for (const one of operations) {
    await breathe();
    const operation = copyJson(one) as Operation;
    if (!OPERATIONS.includes(operation.op) || typeof operation.path !== 'string') throw rejected();
    if (operation.op === 'copy' && (copied += sizeAt(result, operation.from)) > MOST_COPIED) throw rejected();
    result = perform(result, operation);
  }
  return result;
}

function perform(document: object, operation: Operation): object {
  try {
    if (operation.op === 'move') return moved(document, operation);
    const replaced =
      operation.op === 'replace' && isMissingMember(document, operation.path) ? { ...operation, op: 'add' as const } : operation;
    return fastJsonPatch.applyOperation(document, replaced, true, true, true).newDocument;
  } catch (error) {
    throw rejected(error);
  }
}

/** By hand: the package would copy whatever stands where the value goes. */
function moved(document: object, { from, path }: { readonly from: string; readonly path: string }): object {
  if (typeof from !== 'string' || path.startsWith(`${from}/`)) throw new Error(`${from} cannot be moved into itself`);
  if (from === path) return document;
  const value: unknown = fastJsonPatch.getValueByPointer(document, from);
  const without = fastJsonPatch.applyOperation(document, { op: 'remove', path: from }, true, true, true).newDocument;
  return fastJsonPatch.applyOperation(without, { op: 'add', path, value }, true, true, true).newDocument;
}

/** Whether the path leads to no member, but to a map that could have it. */
function isMissingMember(document: object, path: string): boolean {
  const end = path.lastIndexOf('/');
  if (end < 0) return false;
  const parent: unknown = fastJsonPatch.getValueByPointer(document, path.slice(0, end));
  if (parent === null || typeof parent !== 'object' || Array.isArray(parent)) return false;
  return !Object.hasOwn(parent, fastJsonPatch.unescapePathComponent(path.slice(end + 1)));
}

/** Bytes of JSON; 0 where there is nothing, for which the operation is refused anyhow. */
function sizeAt(document: object, from: unknown): number {
  try {
    const value: unknown = fastJsonPatch.getValueByPointer(document, from as string);
    return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
  } catch (error) {
    throw rejected(error);
  }
}

function rejected(cause?: unknown): StatusError {
  return new StatusError('Invalid', 'the server rejected our request due to an error in our request', { details: {}, cause });
}
