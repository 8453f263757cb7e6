import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { whole } from '../../api/encode.js';
import { StatusError } from '../../api/status-error.js';
import type { Credentials } from '../authentication.js';

/** Made once: a stack for every request would say nothing and cost more than most answers. */
const GONE = new Error('the client has gone');

/** Bytes of a body that are less than a connection's buffer, the head of the answer included. */
const AT_ONCE = 8192;
/** Bytes of a longer body that wait until the connection has taken all others. */
const LAST = 1024;

/** A request of either protocol; those of HTTP/2 have a stream. */
type EitherRequest = IncomingMessage & { readonly stream?: ServerHttp2Stream };

/** One request and its answer, over HTTP/1.1 or HTTP/2 alike. */
export class Exchange {
  readonly #request: EitherRequest;
  readonly #response: ServerResponse;
  #gone: AbortController | undefined;
  #left = false;

  constructor(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    /** Aborts when the server stops: what lasts must come to its end. */
    readonly stopping: AbortSignal,
  ) {
    // Node's HTTP/2 compatibility layer is made to be used as the HTTP/1.1 classes; its types only say so in part.
    this.#request = request as EitherRequest;
    this.#response = response as ServerResponse;
    const leave = () => {
      this.#left = true;
      this.#gone?.abort(GONE);
    };
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
    if (!this.#gone) {
      this.#gone = new AbortController();
      if (this.#left) this.#gone.abort(GONE);
    }
    return this.#gone.signal;
  }

  /** Calls when the client has gone or the answer is complete, at once if that is so. Cheaper than {@link gone}. Gives what takes it back. */
  whenGone(leave: (reason: Error) => void): () => void {
    const told = () => leave(GONE);
    if (this.#left) told();
    else this.#response.once('close', told);
    return () => this.#response.off('close', told);
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
      const stay = this.whenGone(() => reject(new StatusError('BadRequest', 'unexpected EOF')));
      this.#request.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length <= limit) return void chunks.push(chunk);
        chunks.length = 0;
        if (length > 4 * limit) this.destroy();
      });
      this.#request.once('end', () => {
        stay();
        if (length > limit) reject(tooLarge(limit));
        else resolve(whole(chunks, length));
      });
    });
  }

  /** The whole answer. The headers belong to it from now on. Resolves when it is handed to the connection; a short one is at once. */
  send(code: number, headers: OutgoingHttpHeaders, body: Buffer): void | Promise<void> {
    if (code !== 304 && code !== 204) headers['content-length'] = body.length;
    this.#response.writeHead(code, headers);
    if (this.method === 'HEAD' || body.length === 0) this.#response.end();
    else if (body.length <= AT_ONCE) this.#response.end(body);
    else return this.#finish(body);
  }

  /**
   * A long answer. A piece is asked for while the one before is under way. Resolves once the last one is handed to the connection, or
   * the client has gone.
   */
  async stream(code: number, headers: OutgoingHttpHeaders, pieces: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
    this.#response.writeHead(code, headers);
    if (this.method === 'HEAD') return void this.#response.end();
    const { 'content-length': length } = headers;
    let sent = 0;
    let written: Promise<void> | undefined;
    for await (const piece of pieces) {
      await written;
      if (this.#left) return;
      sent += piece.length;
      if (sent === length) return this.#finish(piece);
      written = this.#written(piece);
    }
    await written;
    this.#response.end();
  }

  /**
   * The last bytes of an answer, of which a long stretch goes ahead of the rest. A client that has its whole answer may send the next
   * request before Node knows that the connection has taken all of it. Node then pauses the connection, and drops it when more of the
   * request has been decrypted already (`Parse Error: Paused`). What is so short that it fits its buffer never makes it pause.
   */
  async #finish(bytes: Buffer): Promise<void> {
    let rest = bytes;
    if (bytes.length > AT_ONCE && !this.isHttp2) {
      await this.#written(bytes.subarray(0, -LAST));
      if (this.#left) return;
      rest = bytes.subarray(-LAST);
    }
    this.#response.end(rest);
  }

  /** Resolves when the piece has gone to the connection, and its memory is free, or the client has gone. */
  #written(piece: Buffer): Promise<void> {
    return new Promise((resolve) => {
      // Node may forget the callback of a write whose connection has just broken.
      const stay = this.whenGone(() => resolve());
      this.#response.write(piece, () => {
        stay();
        resolve();
      });
    });
  }

  /** Sends the head of an answer whose body follows piece by piece. */
  open(code: number, headers: OutgoingHttpHeaders): void {
    this.#response.writeHead(code, headers);
    this.#response.flushHeaders();
  }

  /** False: wait for {@link drained} before writing more. Does nothing once the client has gone. */
  write(chunk: Buffer): boolean {
    return this.#left || chunk.length === 0 || this.#response.write(chunk);
  }

  /** Whether the body of the open answer goes out in chunks (RFC 9112, 7.1), by a connection that it has to itself. */
  get isChunked(): boolean {
    return this.#response.chunkedEncoding && this.#response.socket !== null;
  }

  /** Writes whole chunks as they are, if {@link isChunked}: those who are sent the same share the bytes, which Node would copy for each. */
  writeChunks(chunks: Buffer): boolean {
    return this.#left || (this.#response.socket?.write(chunks) ?? true);
  }

  /** Resolves when the connection takes more, or the client has gone. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#left) return resolve();
      const response = this.#response;
      const connection = response.chunkedEncoding ? response.socket : undefined;
      const done = () => {
        connection?.off('drain', done);
        response.off('drain', done);
        response.off('close', done);
        resolve();
      };
      connection?.on('drain', done);
      response.on('drain', done);
      response.on('close', done);
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
