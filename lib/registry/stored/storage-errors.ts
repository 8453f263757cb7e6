import { StatusError } from '../../api/status-error.js';
import { StorageError } from '../../storage/storage-error.js';

/** What a failure of the storage means to the caller of a registry. Guards and compaction are handled where they are used; what is left comes here. */
export function statusOf(error: unknown): unknown {
  if (!StorageError.is(error)) return error;
  const options = { cause: error };
  switch (error.code) {
    case 'Unavailable':
      return new StatusError('ServiceUnavailable', `the storage is not available: ${error.message}`, options);
    case 'Unknown':
      return new StatusError('Timeout', `Timeout: the write may have landed: ${error.message}`, options);
    case 'Full':
      return new StatusError(
        'InternalError',
        `Internal error occurred: the storage is full, nothing was written: ${error.message}`,
        options,
      );
    case 'TooLarge':
      return new StatusError('RequestEntityTooLarge', `Request entity too large: ${error.message}`, options);
    case 'Compacted':
      return new StatusError('Expired', 'The resourceVersion for the provided list is too old.', options);
    case 'Conflict':
    case 'Exists':
    case 'NotFound':
    case 'FutureRevision':
    case 'Unsupported':
    case 'Corrupt':
      return new StatusError('InternalError', `Internal error occurred: storage: ${error.message}`, options);
  }
}

/** Runs a storage call; its errors come out as StatusErrors. */
export async function stored<V>(call: Promise<V>): Promise<V> {
  try {
    return await call;
  } catch (error) {
    throw statusOf(error);
  }
}
