import type { Environment } from '../../base/environment.js';
import { badRequest, StatusError } from '../../api/status-error.js';
import type { Revision, Storage } from '../../storage/storage.js';
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

/** Waits until the store has reached a revision; 504 with cause ResourceVersionTooLarge when it does not in 3 seconds. */
export async function reach(storage: Storage, environment: Environment, revision: Revision, signal?: AbortSignal): Promise<void> {
  const deadline = environment.monotonic() + PATIENCE;
  let current = await stored(storage.revision());
  while (current < revision) {
    if (environment.monotonic() >= deadline) throw tooLarge(revision, current);
    await environment.sleep(STEP, signal);
    current = await stored(storage.revision());
  }
}

function tooLarge(revision: Revision, current: Revision): StatusError {
  return new StatusError('Timeout', `Timeout: Too large resource version: ${revision}, current: ${current}`, {
    details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
  });
}
