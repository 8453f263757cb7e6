import type { Environment } from '../../base/environment.js';
import { badRequest, StatusError } from '../../api/status-error.js';
import { StorageError } from '../../storage/storage-error.js';
import type { Revision, Storage, StorageReadOptions } from '../../storage/storage.js';
import { stored } from './storage-errors.js';

/** How long a read waits for a version that is not there yet. */
const PATIENCE = 3_000;
const STEP = 100;

/** The revision that a `resourceVersion` names; undefined for none and for `0`. Throws 400. */
export function revisionOf(resourceVersion: string | undefined): Revision | undefined {
  if (resourceVersion === undefined || resourceVersion === '' || resourceVersion === '0') return undefined;
  const revision = /^\d+$/.test(resourceVersion) ? Number(resourceVersion) : Number.NaN;
  if (Number.isNaN(revision)) {
    throw badRequest(`invalid resource version: strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`);
  }
  return revision;
}

/** What a read of the storage must know: a `resourceVersion` means "not older than" (0: anything will do), none means the latest. */
export function freshnessOf(resourceVersion: string | undefined): StorageReadOptions {
  const notBefore = resourceVersion === '0' ? 0 : revisionOf(resourceVersion);
  return notBefore === undefined ? {} : { notBefore };
}

/** Reads, and waits while `wanted` has not been reached; 504 with cause ResourceVersionTooLarge when it is not in 3 seconds. */
export async function patiently<R>(
  { storage, environment }: { readonly storage: Storage; readonly environment: Environment },
  wanted: Revision,
  read: () => Promise<R>,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<R> {
  const deadline = environment.monotonic() + PATIENCE;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!StorageError.is(error, 'FutureRevision')) throw error;
      if (environment.monotonic() >= deadline) throw tooLarge(wanted, await stored(storage.revision()));
    }
    await environment.sleep(STEP, options.signal);
  }
}

function tooLarge(revision: Revision, current: Revision): StatusError {
  return new StatusError('Timeout', `Timeout: Too large resource version: ${revision}, current: ${current}`, {
    details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
  });
}
