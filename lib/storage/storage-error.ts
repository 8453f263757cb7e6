import type { Entry } from './storage.js';

/**
 * What can go wrong in a {@link Storage}.
 *
 * | code | meaning | retry? |
 * |---|---|---|
 * | `Conflict` | a guarded key has another revision | after reading `current` |
 * | `Exists` | a guard wanted the key absent | no |
 * | `NotFound` | a guard wanted the key present, or a delete found nothing | no |
 * | `Compacted` | the revision asked for is older than the kept history | list again |
 * | `FutureRevision` | the revision asked for has not been reached | later |
 * | `Full` | no space; nothing was written | once there is space |
 * | `TooLarge` | a value or a commit is over the adapter's limit | no |
 * | `Unsupported` | the adapter cannot do this (its docs say so) | no |
 * | `Unavailable` | nothing was written; the engine is out of reach, closed or not started | yes |
 * | `Unknown` | the write **may have landed** | read first |
 * | `Corrupt` | stored data is damaged; the message names file and place | no |
 */
export type StorageErrorCode =
  | 'Conflict'
  | 'Exists'
  | 'NotFound'
  | 'Compacted'
  | 'FutureRevision'
  | 'Full'
  | 'TooLarge'
  | 'Unsupported'
  | 'Unavailable'
  | 'Unknown'
  | 'Corrupt';

/** Details of a {@link StorageError}. */
export interface StorageErrorOptions {
  readonly key?: string;
  readonly current?: Entry | undefined;
  readonly cause?: unknown;
}

/** The only error a {@link Storage} throws or sends down a watch. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  /** The key whose guard failed, where one did. */
  readonly key: string | undefined;
  /** What stands at {@link key} now, where the adapter knows it: spares the caller a read. */
  readonly current: Entry | undefined;

  constructor(
    readonly code: StorageErrorCode,
    message: string,
    options: StorageErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.key = options.key;
    this.current = options.current;
  }

  /** Whether `error` is a StorageError, with this code where one is given. */
  static is(error: unknown, code?: StorageErrorCode): error is StorageError {
    return error instanceof StorageError && (code === undefined || error.code === code);
  }
}
