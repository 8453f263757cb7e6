import { jsonText } from '../../../api/exact-json.js';
import { StatusError } from '../../../api/status-error.js';
import { deepEqual } from '../deep-equal.js';
import { copyJson } from '../draft.js';
import { isMap } from '../is-map.js';
import { addAt, memberAt, PatchFault, placeOf, removeAt, replaceAt } from './patch-place.js';

/** Bytes that the `copy` operations of a patch may add together, as JSON: a patch could double an object again and again. */
const MOST_COPIED = 3 * 1024 * 1024;

/**
 * RFC 6902 on a copy of `document`, where Kubernetes goes beyond it as Kubernetes does: `replace` of a missing member of a map adds
 * it, an index below zero counts from the end, what is missing is the same as null. Throws 422. `breathe` is
 * called between operations.
 */
export async function applyJsonPatch(document: object, operations: readonly object[], breathe: () => Promise<void>): Promise<object> {
  const patching = new Patching(copyJson(document));
  try {
    for (const operation of operations) {
      await breathe();
      patching.perform(operation);
    }
  } catch (error) {
    if (error instanceof PatchFault) throw rejected(error);
    throw error;
  }
  return patching.document;
}

interface Operation {
  readonly op?: unknown;
  readonly path?: unknown;
  readonly from?: unknown;
  readonly value?: unknown;
}

class Patching {
  document: object;
  #copied = 0;

  constructor(document: object) {
    this.document = document;
  }

  perform({ op, path, from, value }: Operation): void {
    if (typeof path !== 'string') throw new PatchFault('an operation has no path');
    switch (op) {
      case 'add':
        return addAt(placeOf(this.document, path), copyJson(value ?? null));
      case 'remove':
        return removeAt(placeOf(this.document, path));
      case 'replace':
        return this.#replace(path, copyJson(value ?? null));
      case 'move':
        return this.#move(from, path);
      case 'copy':
        return this.#copy(from, path);
      case 'test':
        return this.#test(path, value ?? null);
      default:
        throw new PatchFault('an operation is none of RFC 6902');
    }
  }

  #replace(path: string, value: unknown): void {
    if (path !== '') return replaceAt(placeOf(this.document, path), value);
    if (!isMap(value) && !Array.isArray(value)) throw new PatchFault('a document must be a map or list');
    this.document = value;
  }

  #move(from: unknown, path: string): void {
    const place = placeOf(this.document, from);
    const value = memberAt(place);
    removeAt(place);
    addAt(placeOf(this.document, path), value);
  }

  #copy(from: unknown, path: string): void {
    const value = memberAt(placeOf(this.document, from)) ?? null;
    this.#copied += Buffer.byteLength(jsonText(value));
    if (this.#copied > MOST_COPIED) throw new PatchFault(`the patch copies more than ${MOST_COPIED} bytes`);
    addAt(placeOf(this.document, path), copyJson(value));
  }

  #test(path: string, value: unknown): void {
    const found = path === '' ? this.document : (memberAt(placeOf(this.document, path)) ?? null);
    if (!deepEqual(found, value)) throw new PatchFault(`testing value ${path} failed`);
  }
}

function rejected(cause: unknown): StatusError {
  return new StatusError('Invalid', 'the server rejected our request due to an error in our request', { details: {}, cause });
}
