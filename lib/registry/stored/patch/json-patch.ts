import type { Operation } from 'fast-json-patch';
import fastJsonPatch from 'fast-json-patch';
import { StatusError } from '../../../api/status-error.js';
import { copyJson } from '../draft.js';

const OPERATIONS = ['add', 'remove', 'replace', 'move', 'copy', 'test'];

/** RFC 6902 on a copy of `document`. As Kubernetes does, `replace` of a missing member of a map adds it. Throws 422. */
export function applyJsonPatch(document: object, operations: readonly object[]): object {
  let result = copyJson(document);
  for (const one of operations) {
    const operation = copyJson(one) as Operation;
    if (!OPERATIONS.includes(operation.op) || typeof operation.path !== 'string') throw rejected();
    result = perform(result, operation);
  }
  return result;
}

function perform(document: object, operation: Operation): object {
  try {
    const replaced =
      operation.op === 'replace' && isMissingMember(document, operation.path) ? { ...operation, op: 'add' as const } : operation;
    return fastJsonPatch.applyOperation(document, replaced, true, true, true).newDocument;
  } catch (error) {
    throw rejected(error);
  }
}

/** Whether the path leads to no member, but to a map that could have it. */
function isMissingMember(document: object, path: string): boolean {
  const end = path.lastIndexOf('/');
  if (end < 0) return false;
  const parent: unknown = fastJsonPatch.getValueByPointer(document, path.slice(0, end));
  if (parent === null || typeof parent !== 'object' || Array.isArray(parent)) return false;
  return !Object.hasOwn(parent, fastJsonPatch.unescapePathComponent(path.slice(end + 1)));
}

function rejected(cause?: unknown): StatusError {
  return new StatusError('Invalid', 'the server rejected our request due to an error in our request', { details: {}, cause });
}
