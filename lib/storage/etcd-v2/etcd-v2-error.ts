import { StorageError } from '../storage-error.js';
import type { RequestError } from './node-etcd.js';

/** etcd's error codes that the adapter knows what to do about. */
export const REFUSED = {
  keyNotFound: 100,
  compareFailed: 101,
  notAFile: 102,
  notADirectory: 104,
  keyExists: 105,
  historyCleared: 401,
} as const;

/** etcd has answered, and says no: nothing was written. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly code: number,
    /** The path that stands in the way, where one does. */
    readonly path: string,
    /** Where the store is. */
    readonly index: number,
  ) {
    super(message);
  }

  /** Whether `error` is one with one of these codes. */
  static is(error: unknown, ...codes: readonly number[]): error is Refusal {
    return error instanceof Refusal && codes.includes(error.code);
  }
}

/** etcd has not answered. */
export class Failure extends Error {
  constructor(
    message: string,
    /** Whether etcd may have received the request. */
    readonly sent: boolean,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** What a request failed with. */
export function errorOf(endpoint: string, error: RequestError): Refusal | Failure {
  if (error.errorCode !== undefined && error.error !== undefined) {
    const { message, cause = '', index } = error.error;
    return new Refusal(`${message} (${cause})`, error.errorCode, cause, index);
  }
  const { httperror, httpstatus, httpbody } = error.errors?.[0] ?? {};
  if (!httperror) return new Failure(`${endpoint} answers ${httpstatus}: ${JSON.stringify(httpbody)}`, true, error);
  const unsent = httperror.syscall === 'connect' || httperror.syscall === 'getaddrinfo';
  return new Failure(`${endpoint}: ${httperror.message}`, !unsent, httperror);
}

/** What a caller of the storage is told. Nothing has been written: a write that may have been is `Unknown` already. */
export function storageErrorOf(error: unknown): unknown {
  if (!(error instanceof Refusal) && !(error instanceof Failure)) return error;
  const what = error instanceof Refusal ? 'etcd refuses' : 'etcd is out of reach';
  return new StorageError('Unavailable', `${what}: ${error.message}`, { cause: error });
}
