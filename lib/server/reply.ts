import type { OutgoingHttpHeaders } from 'node:http';
import type { Body } from '../api/encode.js';
import { jsonText } from '../api/exact-json.js';
import type { Status } from '../api/status-error.js';
import type { StatusError } from '../api/status-error.js';
import type { Exchange } from './http/exchange.js';

/** An answer that is there as a whole. */
export interface BodyReply {
  readonly code: number;
  readonly body: Body;
  /** `json`: may be indented, turned into YAML and gets a final newline. `raw`: goes out as it is. */
  readonly form: 'json' | 'raw';
  readonly headers: OutgoingHttpHeaders;
  /** A `raw` body that may be compressed all the same; those of form `json` always may. */
  readonly compressible?: boolean | undefined;
  /** Indented whatever the client asks for, as Kubernetes does for a few documents. */
  readonly indented?: boolean | undefined;
}

/** An answer that comes bit by bit. `run` ends the exchange; it does not throw. */
export interface StreamReply {
  readonly code: number;
  readonly headers: OutgoingHttpHeaders;
  run(exchange: Exchange): Promise<void>;
}

export type Reply = BodyReply | StreamReply;

/** A JSON answer, of a value or of bytes that are JSON already. */
export function json(code: number, value: object | Body, headers: OutgoingHttpHeaders = {}): BodyReply {
  return {
    code,
    body: isBytes(value) ? value : [Buffer.from(jsonText(value))],
    form: 'json',
    headers: { 'content-type': 'application/json', ...headers },
  };
}

/** A text answer. */
export function text(code: number, body: string, headers: OutgoingHttpHeaders = {}): BodyReply {
  return {
    code,
    body: [Buffer.from(body)],
    form: 'raw',
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', ...headers },
  };
}

/** The answer for paths of which nothing is known. */
export const pageNotFound = text(404, '404 page not found\n');

/** The answer that an error becomes. */
export function errorReply(error: StatusError): BodyReply {
  const retryAfter = error.details?.retryAfterSeconds;
  return {
    ...json(error.code, statusOf(error)),
    headers: {
      'content-type': 'application/json',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
      ...(error.code === 403 ? { 'x-content-type-options': 'nosniff' } : {}),
    },
    indented: error.code === 406,
  };
}

/** Kubernetes gives no reason for failures that nobody classified; those that it did begin with the same words. */
function statusOf(error: StatusError): object {
  const { reason, ...rest } = error.toStatus();
  return error.code === 500 && reason === 'InternalError' && !error.message.startsWith('Internal error occurred')
    ? rest
    : { ...rest, reason };
}

/** A Status that says that all went well. */
export function success(details: Status['details']): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', ...(details ? { details } : {}) };
}

/** JSON documents can't be iterated: none is an array. */
function isBytes(value: object | Body): value is Body {
  return Symbol.iterator in value;
}
