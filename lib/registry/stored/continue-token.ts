import { badRequest, StatusError } from '../../api/status-error.js';
import type { Status } from '../../api/status-error.js';
import type { Revision } from '../../storage/storage.js';

/** Where the next page of a list begins. */
export interface ContinueToken {
  /** The snapshot; undefined: the latest state, for the inconsistent rest of a list whose snapshot is gone. */
  readonly revision: Revision | undefined;
  /** The last key given, without the kind's prefix. */
  readonly after: string;
}

/** The opaque text that clients hand back. */
export function encodeContinue({ revision, after }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: 'kubelib/1', rv: revision ?? -1, start: after })).toString('base64url');
}

/** Undoes {@link encodeContinue}; throws 400. */
export function decodeContinue(text: string): ContinueToken {
  const token = parse(text);
  if (token?.v !== 'kubelib/1' || !Number.isSafeInteger(token.rv) || typeof token.start !== 'string' || token.start.includes('\0')) {
    throw badRequest('invalid continue token: continue key is not valid: it was not made by this server');
  }
  const revision = token.rv as Revision;
  return { revision: revision < 0 ? undefined : revision, after: token.start };
}

function parse(text: string): { v?: unknown; rv?: unknown; start?: unknown } | undefined {
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown;
    return value !== null && typeof value === 'object' ? value : undefined;
  } catch {
    return undefined; // not JSON: refused by the caller like any other text that is no token
  }
}

/** 410: the snapshot of a list is gone. Its Status carries a token with which the rest can be read as it is now. */
export class ContinueExpired extends StatusError {
  readonly #continue: string;

  constructor(after: string) {
    super(
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    );
    this.#continue = encodeContinue({ revision: undefined, after });
  }

  override toStatus(): Status {
    // The port types a Status' metadata as empty; this is the one answer that uses it.
    return { ...super.toStatus(), metadata: { continue: this.#continue } as unknown as Status['metadata'] };
  }
}
