import { StatusError } from '../api/status-error.js';

/** What a client gets to know of a failure that is our own: that there was one. The log has the rest. */
export function internalError(cause: unknown): StatusError {
  return new StatusError('InternalError', 'Internal error occurred: the server could not complete the request', { cause });
}
