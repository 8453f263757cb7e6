import { RuntimeError } from '../runtime-error.js';
import type { RuntimeErrorCode } from '../runtime-error.js';

/** What dockerode throws when the engine answers, and what Node throws when it does not. */
interface DriverError {
  readonly statusCode?: number;
  readonly json?: { readonly message?: string } | null;
  readonly message?: string;
  readonly code?: string;
}

/** The HTTP status of an engine's refusal; undefined when it did not answer. */
export function statusOf(error: unknown): number | undefined {
  return (error as DriverError | undefined)?.statusCode;
}

/**
 * The engine's refusal as a RuntimeError. 404 is NotFound (or ImageMissing), 400 Invalid, everything else it says Failed; when it does not
 * say anything, Unavailable.
 */
export function runtimeErrorOf(error: unknown): RuntimeError {
  if (RuntimeError.is(error)) return error;
  const { statusCode, json, message = String(error), code } = error as DriverError;
  const text = (json?.message ?? message).trim();
  if (statusCode !== undefined) return new RuntimeError(codeOf(statusCode, text), text, { cause: error });
  if (code !== undefined || /socket hang up|aborted/.test(text)) {
    return new RuntimeError('Unavailable', `the Docker engine does not answer: ${text}${hintFor(code)}`, { cause: error });
  }
  return new RuntimeError('Failed', text, { cause: error });
}

function codeOf(statusCode: number, text: string): RuntimeErrorCode {
  if (statusCode === 404) return /no such image/i.test(text) ? 'ImageMissing' : 'NotFound';
  return statusCode === 400 ? 'Invalid' : 'Failed';
}

function hintFor(code: string | undefined): string {
  if (code === 'EACCES') return ' (may this user open its socket? usermod -aG docker)';
  return code === 'ENOENT' || code === 'ECONNREFUSED' ? ' (is dockerd running? where it listens can be said in DOCKER_HOST)' : '';
}
