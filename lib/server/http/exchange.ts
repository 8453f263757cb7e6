import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { StatusError } from '../../api/status-error.js';
import type { Credentials } from '../authentication.js';

/** Bytes go out in pieces of about this size, each after the one before is under way. */
const PIECE = 256 * 1024;

/** Made once: a stack for every request would say nothing and cost more than most answers. */
const GONE = new Error('the client has gone');

/** A request of either protocol; those of HTTP/2 have a stream. */
type EitherRequest = IncomingMessage & { readonly stream?: ServerHttp2Stream };

/** One request and its answer, over HTTP/1.1 or HTTP/2 alike. */
export class Exchange {
  readonly #request: EitherRequest;
  readonly #response: ServerResponse;
  readonly #gone = new AbortController();

  constructor(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    /** Aborts when the server stops: what lasts must come to its end. */
    readonly stopping: AbortSignal,
  ) {
    // Node's HTTP/2 compatibility layer is made to be used as the HTTP/1.1 classes; its types only say so in part.
    this.#request = request as EitherRequest;
    this.#response = response as ServerResponse;
    const leave = () => this.#gone.abort(GONE);
    response.on('close', leave);
    response.on('error', leave);
    request.on('error', leave);
  }

  get method(): string {
    return this.#request.method ?? 'GET';
  }

  /** Path and query as sent. */
  get url(): string {
    return this.#request.url ?? '/';
  }

  get headers(): IncomingHttpHeaders {
    return this.#request.headers;
  }

  get fields(): number {
    return this.#request.rawHeaders.length / 2;
  }

  get isHttp2(): boolean {
    return this.#request.httpVersionMajor === 2;
  }

  get certificate(): Credentials['certificate'] {
    return certificateOf(this.#request);
  }

  /** The local address that the client dialled. */
  get localAddress(): string {
    const { localAddress = '127.0.0.1', localPort = 0 } = this.#request.socket;
    return `${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
  }

  /** Aborts when the client has gone or the answer is complete. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  get answered(): boolean {
    return this.#response.headersSent;
  }

  /**
   * The whole body. Throws 413 past `limit` bytes: what else comes is thrown away, so that the client gets to read the answer;
   * past four times the limit the connection is dropped.
   */
  body(limit: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const gone = () => reject(new StatusError('BadRequest', 'unexpected EOF'));
      this.#request.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length <= limit) return void chunks.push(chunk);
        chunks.length = 0;
        if (length > 4 * limit) this.destroy();
      });
      this.#request.once('end', () => (length > limit ? reject(tooLarge(limit)) : resolve(joined(chunks, length))));
      if (this.#gone.signal.aborted) gone();
      else this.#gone.signal.addEventListener('abort', gone, { once: true });
    });
  }

  /** The whole answer. Resolves once the last byte is handed to the connection, or the client has gone. */
  async send(code: number, headers: OutgoingHttpHeaders, body: readonly Buffer[]): Promise<void> {
    const length = body.reduce((sum, chunk) => sum + chunk.length, 0);
    this.#response.writeHead(code, code === 304 || code === 204 ? headers : { ...headers, 'content-length': length });
    if (this.method === 'HEAD' || length === 0) return void this.#response.end();
    if (length <= PIECE) return void this.#response.end(joined(body, length));
    for (const piece of pieces(body)) {
      if (this.#gone.signal.aborted) return;
      if (!this.#response.write(piece)) await this.drained();
    }
    this.#response.end();
  }

  /** Sends the head of an answer whose body follows piece by piece. */
  open(code: number, headers: OutgoingHttpHeaders): void {
    this.#response.writeHead(code, headers);
    this.#response.flushHeaders();
  }

  /** False: wait for {@link drained} before writing more. Does nothing once the client has gone. */
  write(chunk: Buffer): boolean {
    if (this.#gone.signal.aborted) return true;
    return this.#response.write(chunk);
  }

  /** Resolves when the connection takes more, or the client has gone. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#gone.signal.aborted) return resolve();
      const done = () => {
        this.#response.off('drain', done);
        this.#response.off('close', done);
        resolve();
      };
      this.#response.on('drain', done);
      this.#response.on('close', done);
    });
  }

  end(): void {
    this.#response.end();
  }

  /** Drops the connection (HTTP/1.1) or the stream (HTTP/2). */
  destroy(): void {
    this.#response.destroy();
  }

  /** Tells an HTTP/2 client to use another connection from now on. */
  retire(): void {
    this.#request.stream?.session?.close();
  }
}

function tooLarge(limit: number): StatusError {
  return new StatusError('RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
}

function joined(chunks: readonly Buffer[], length: number): Buffer {
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length);
}

/** Joins small buffers and cuts none: what goes out is a few writes, not one for each object of a list. */
function* pieces(body: readonly Buffer[]): Generator<Buffer> {
  let group: Buffer[] = [];
  let size = 0;
  for (const chunk of body) {
    group.push(chunk);
    size += chunk.length;
    if (size < PIECE) continue;
    yield joined(group, size);
    group = [];
    size = 0;
  }
  if (size > 0) yield joined(group, size);
}

const certificates = new WeakMap<object, { readonly value: Credentials['certificate'] }>();

/** The client's certificate, read once a connection: it cannot change, and parsing it costs more than a small request. */
export function certificateOf(request: EitherRequest): Credentials['certificate'] {
  // Behind HTTP/2 requests the socket is a proxy object, a new one each time; the session is what stays.
  const connection = request.stream?.session ?? request.socket;
  let known = certificates.get(connection);
  if (!known) certificates.set(connection, (known = { value: readCertificate(request.socket as TLSSocket) }));
  return known.value;
}

function readCertificate(socket: TLSSocket): Credentials['certificate'] {
  const peer = socket.getPeerCertificate();
  if (!peer || Object.keys(peer).length === 0) return undefined;
  const { CN, O } = peer.subject as { CN?: string | string[]; O?: string | string[] };
  return { commonName: list(CN)[0] ?? '', organizations: list(O), trusted: socket.authorized };
}

const list = (value: string | string[] | undefined) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
