import type { StatusReason } from '../../api/status-error.js';
import { StatusError } from '../../api/status-error.js';
import type { RuntimeErrorCode } from '../../runtime/runtime-error.js';
import { RuntimeError } from '../../runtime/runtime-error.js';

const REASONS: Readonly<Record<RuntimeErrorCode, StatusReason>> = {
  NotFound: 'NotFound',
  Exists: 'Conflict',
  ImageMissing: 'InternalError',
  ImagePull: 'InternalError',
  Invalid: 'BadRequest',
  Unavailable: 'ServiceUnavailable',
  Unsupported: 'BadRequest',
  Failed: 'InternalError',
};

/** A runtime's error as the API says it. */
export function statusOf(error: unknown): StatusError {
  if (StatusError.is(error)) return error;
  if (RuntimeError.is(error)) return new StatusError(REASONS[error.code], error.message, { cause: error });
  return new StatusError('InternalError', error instanceof Error ? error.message : String(error), { cause: error });
}

/** Runs `work`; what it throws becomes a StatusError. */
export async function asStatus<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw statusOf(error);
  }
}
