import { StorageError } from '../storage-error.js';

/** What the file system said, as a StorageError: `Full` when space ran out, else `Unavailable`. */
export function diskError(what: string, error: unknown): StorageError {
  if (StorageError.is(error)) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new StorageError(full ? 'Full' : 'Unavailable', `${what}: ${message}`, { cause: error });
}

/** Says that stored data is damaged, and where. */
export function corrupt(file: string, offset: number, what: string, cause?: unknown): StorageError {
  return new StorageError('Corrupt', `${file} is damaged at byte ${offset}: ${what}`, { cause });
}

/** Says that a newer version has written a file. Nothing is wrong with it, and nothing may be done to it. */
export function unknownFormat(file: string, format: number, known: number): StorageError {
  return new StorageError(
    'Unsupported',
    `${file} has format ${format}, and this version of kubelib reads format ${known}: open it with a newer version`,
  );
}
