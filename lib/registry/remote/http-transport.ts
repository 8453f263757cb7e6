import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { jsonText, parseExact } from '../../api/exact-json.js';
import type { Environment } from '../../base/environment.js';
import { StatusError } from '../../api/status-error.js';
import { bodyOf, refusal, warningsIn } from './http-answer.js';
import type { ClusterAccess } from './kubeconfig.js';

/** One request to an API server. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** Parameters that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  readonly body?: unknown;
  /** Of the body. Default `application/json`. */
  readonly contentType?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onWarning?: ((text: string) => void) | undefined;
  /** Called when the server says that it has made a new object (201). */
  readonly onCreated?: (() => void) | undefined;
}

/** As client-go: a server that says when to come back is asked so often. */
const RETRIES = 10;
/** Milliseconds; sockets that say nothing are probed by the kernel. */
const KEEP_ALIVE_PROBE = 15_000;
/** Milliseconds after which an unused connection is closed: before a server does it in the middle of a request. */
const IDLE_CONNECTION = 30_000;
/** Requests, but not the bodies of watches, are over after it. A server gives up after 60 s. */
const REQUEST_TIMEOUT = 65_000;

/** HTTP(S) to one API server: connections kept alive, credentials added, Status errors thrown, `429` with Retry-After obeyed. */
export class HttpTransport {
  readonly environment: Environment;
  readonly #access: ClusterAccess;
  readonly #base: URL;
  #agent: HttpAgent | undefined;
  #closed = new AbortController();

  constructor(access: ClusterAccess, environment: Environment) {
    this.#access = access;
    this.environment = environment;
    this.#base = new URL(access.server);
  }

  /** Aborts when the transport is closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Takes calls, again after {@link close}. */
  open(): void {
    if (this.closed.aborted) this.#closed = new AbortController();
  }

  /** Closes idle and busy connections alike; calls under way and later ones fail. */
  close(): void {
    this.#closed.abort(new StatusError('ServiceUnavailable', 'the registries have been stopped'));
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  /** The parsed answer. */
  async json<V>(call: ApiCall): Promise<V> {
    const timeout = new AbortController();
    const timer = this.environment.timer(REQUEST_TIMEOUT, () => timeout.abort(new Error(TOO_SLOW)), { unref: true });
    try {
      const answer = await this.stream(call, timeout.signal);
      const body = await bodyOf(answer).catch((error: unknown) => {
        throw lost(call, timeout.signal.aborted ? timeout.signal.reason : error, this.closed);
      });
      if (answer.statusCode === 201) call.onCreated?.();
      return parsed<V>(body);
    } finally {
      timer.cancel();
    }
  }

  /** The answer of a request that succeeded; its body has not been read. `deadline` ends it, body and all. */
  async stream(call: ApiCall, deadline?: AbortSignal): Promise<IncomingMessage> {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.#answered(call, deadline);
      const { statusCode = 0 } = answer;
      warningsIn(answer).forEach((text) => call.onWarning?.(text));
      if (statusCode < 300) return answer;
      const body = await bodyOf(answer).catch((error: unknown) => {
        throw lost(call, error, this.closed);
      });
      const after = Number(answer.headers['retry-after']);
      if (statusCode !== 429 || !Number.isFinite(after) || attempt === RETRIES) throw refusal(statusCode, body);
      await this.environment.sleep(after * 1000, any(call.signal, this.closed));
    }
  }

  /** A read that meets a connection which the server has just closed is sent again on a new one. */
  async #answered(call: ApiCall, deadline: AbortSignal | undefined): Promise<IncomingMessage> {
    for (;;) {
      call.signal?.throwIfAborted();
      this.closed.throwIfAborted();
      if (deadline?.aborted) throw new StatusError('ServiceUnavailable', `the server cannot be reached: ${TOO_SLOW}`);
      const { request, answer } = this.#send(call, any(call.signal, this.closed, deadline));
      try {
        return await answer;
      } catch (error) {
        const stale = request.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
        if (!stale || call.method !== 'GET') throw lost(call, deadline?.aborted ? deadline.reason : error, this.closed);
      }
    }
  }

  #send(call: ApiCall, signal: AbortSignal): { request: ClientRequest; answer: Promise<IncomingMessage> } {
    const url = new URL(this.#base.pathname.replace(/\/$/, '') + call.path, this.#base);
    for (const [name, value] of Object.entries(call.query ?? {})) if (value !== undefined) url.searchParams.set(name, value);
    const body = call.body === undefined ? undefined : Buffer.from(jsonText(call.body));
    const secure = url.protocol === 'https:';
    const options: RequestOptions = { method: call.method, agent: this.#connections(secure), headers: this.#headers(call, body), signal };
    const request = (secure ? httpsRequest : httpRequest)(url, options);
    const answer = new Promise<IncomingMessage>((resolve, reject) => request.once('response', resolve).on('error', reject));
    request.once('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_PROBE));
    request.end(body);
    return { request, answer };
  }

  #headers({ contentType = 'application/json' }: ApiCall, body: Buffer | undefined): Record<string, string | number> {
    const { token } = this.#access;
    return {
      accept: 'application/json',
      'user-agent': 'kubelib',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': contentType, 'content-length': body.length }),
    };
  }

  #connections(secure: boolean): HttpAgent {
    const { ca, certificate, key, insecure, serverName } = this.#access;
    const tls = {
      rejectUnauthorized: insecure !== true,
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined ? {} : { cert: certificate }),
      ...(key === undefined ? {} : { key }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    };
    const kept = { keepAlive: true, timeout: IDLE_CONNECTION };
    this.#agent ??= secure ? new HttpsAgent({ ...kept, ...tls }) : new HttpAgent(kept);
    return this.#agent;
  }
}

const TOO_SLOW = `no answer within ${REQUEST_TIMEOUT / 1000} s`;
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']);

/** What a broken connection means: a read can be repeated; a write may have landed unless nothing was ever sent. */
function lost(call: ApiCall, cause: unknown, closed: AbortSignal): Error {
  if (call.signal?.aborted) return call.signal.reason as Error;
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const neverSent = NEVER_SENT.has(code) || code.startsWith('ERR_TLS') || code.includes('CERT');
  if (call.method !== 'GET' && !neverSent) {
    return new StatusError('Timeout', `the connection was lost before the answer came; the write may have been carried out: ${message}`, {
      cause,
    });
  }
  if (closed.aborted) return closed.reason as Error;
  return new StatusError('ServiceUnavailable', `the server cannot be reached: ${message}`, { cause });
}

function parsed<V>(body: Buffer): V {
  try {
    return parseExact(body.toString('utf8')) as V;
  } catch (error) {
    throw new StatusError('InternalError', 'the answer of the server is not JSON', { cause: error });
  }
}

function any(...signals: (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}
