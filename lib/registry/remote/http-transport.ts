import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Environment } from '../../base/environment.js';
import type { Status } from '../../api/status-error.js';
import { StatusError } from '../../api/status-error.js';
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
}

/** As client-go: a server that says when to come back is asked so often. */
const RETRIES = 10;
/** Milliseconds; sockets that say nothing are probed by the kernel. */
const KEEP_ALIVE_PROBE = 15_000;
/** Requests, but not watches, are over after it. */
const REQUEST_TIMEOUT = 65_000;

/** HTTP(S) to one API server: connections kept alive, credentials added, Status errors thrown, `429` with Retry-After obeyed. */
export class HttpTransport {
  readonly #access: ClusterAccess;
  readonly #environment: Environment;
  readonly #base: URL;
  #agent: HttpAgent | undefined;

  constructor(access: ClusterAccess, environment: Environment) {
    this.#access = access;
    this.#environment = environment;
    this.#base = new URL(access.server);
  }

  /** Closes idle and busy connections alike; calls under way fail. */
  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  /** The parsed answer. */
  async json<T>(call: ApiCall): Promise<T> {
    const answer = await this.open(call);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of answer) chunks.push(chunk as Buffer);
    } catch (error) {
      throw lost(call, error);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as T;
  }

  /** The answer of a request that succeeded; its body has not been read. */
  async open(call: ApiCall): Promise<IncomingMessage> {
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#send(call);
      const { statusCode = 0 } = answer;
      warnings(answer).forEach((text) => call.onWarning?.(text));
      if (statusCode < 300) return answer;
      const error = await errorOf(answer);
      const after = Number(answer.headers['retry-after']);
      if (statusCode !== 429 || !Number.isFinite(after) || attempt === RETRIES) throw error;
      await this.#environment.sleep(after * 1000, call.signal);
    }
  }

  #send(call: ApiCall): Promise<IncomingMessage> {
    const url = new URL(this.#base.pathname.replace(/\/$/, '') + call.path, this.#base);
    for (const [name, value] of Object.entries(call.query ?? {})) if (value !== undefined) url.searchParams.set(name, value);
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    const secure = url.protocol === 'https:';
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(
        url,
        { method: call.method, agent: this.#connections(secure), headers: this.#headers(call, body), signal: call.signal },
        (answer) => {
          timeout.cancel();
          resolve(answer);
        },
      );
      const timeout = this.#environment.timer(
        REQUEST_TIMEOUT,
        () => request.destroy(new Error(`no answer within ${REQUEST_TIMEOUT / 1000} s`)),
        { unref: true },
      );
      request.once('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_PROBE));
      request.once('error', (error) => {
        timeout.cancel();
        reject(lost(call, error));
      });
      request.end(body);
    });
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
    this.#agent ??= secure ? new HttpsAgent({ keepAlive: true, ...tls }) : new HttpAgent({ keepAlive: true });
    return this.#agent;
  }
}

const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']);

/** What a broken connection means: a read can be repeated; a write may have landed unless nothing was ever sent. */
function lost(call: ApiCall, cause: unknown): Error {
  if (call.signal?.aborted) return call.signal.reason as Error;
  const { code = '', message } = cause as NodeJS.ErrnoException;
  if (call.method === 'GET' || NEVER_SENT.has(code) || code.startsWith('ERR_TLS') || code.includes('CERT')) {
    return new StatusError('ServiceUnavailable', `the server cannot be reached: ${message}`, { cause });
  }
  return new StatusError('Timeout', `the connection was lost before the answer came; the write may have been carried out: ${message}`, {
    cause,
  });
}

async function errorOf(answer: IncomingMessage): Promise<StatusError> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const code = answer.statusCode ?? 0;
  try {
    const status = JSON.parse(text) as Partial<Status>;
    if (status.kind === 'Status') return StatusError.from({ code, ...status });
  } catch {
    // Not JSON: proxies and overloaded servers answer in plain text, which is the message then.
  }
  return StatusError.from({ code, message: text.trim() || `the server answered ${code}` });
}

/** Texts of `Warning: 299 - "text"` headers. */
function warnings(answer: IncomingMessage): string[] {
  const lines = answer.headersDistinct['warning'] ?? [];
  return lines.flatMap((line) => [...line.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1')));
}
