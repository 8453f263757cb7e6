import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2SecureServer, Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from 'node:http2';
import { createSecureServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ServerLimits } from './limits.js';

/** What the server shows to its clients, and whom it trusts. All PEM text. */
export interface ServerTls {
  readonly certificate: string;
  readonly key: string;
  /** Authority whose client certificates count. Default: none; clients then need tokens. */
  readonly ca?: string | undefined;
}

/** Where to listen. */
export interface ListenAddress {
  /** Default `127.0.0.1`: nothing beyond this machine gets in. */
  readonly host?: string | undefined;
  /** Default 0: any free port. */
  readonly port?: number | undefined;
}

/** Who takes what comes in. Neither may throw. */
export interface ListenerHandlers {
  request(request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** HTTP/2 and HTTP/1.1 over TLS on one port, with every connection known, so that closing leaves none behind. */
export class Listener {
  readonly #server: Http2SecureServer;
  readonly #sockets = new Set<Socket>();

  constructor(tls: ServerTls, limits: ServerLimits, handlers: ListenerHandlers) {
    this.#server = createSecureServer({
      cert: tls.certificate,
      key: tls.key,
      ...(tls.ca === undefined ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: false }),
      minVersion: 'TLSv1.2',
      allowHTTP1: true,
      handshakeTimeout: limits.headersTimeout,
      maxHeaderListPairs: limits.headerFields + 4, // and the pseudo headers
      maxHeaderSize: limits.headerBytes,
      keepAliveTimeout: limits.idleTimeout,
      settings: {
        maxConcurrentStreams: 100,
        initialWindowSize: 262_144,
        maxFrameSize: 262_144,
        maxHeaderListSize: limits.headerBytes,
      },
    } as Parameters<typeof createSecureServer>[0]);
    this.#tune(limits);
    this.#server.on('connection', (socket: Socket) => this.#track(socket));
    this.#server.on('session', (session) => closeWhenIdle(session, limits.idleTimeout));
    this.#server.on('request', (request, response) => handlers.request(request, response));
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => handlers.upgrade(request, socket, head));
  }

  /** Where it listens, once it does. */
  get address(): { readonly host: string; readonly port: number } {
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  /** How many clients are connected. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Rejects with a sentence for people, its `code` that of the system (`EADDRINUSE`, `EACCES`, …), when the address cannot be had. */
  async listen({ host = '127.0.0.1', port = 0 }: ListenAddress): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException) => reject(listenError(error, host, port));
      this.#server.once('error', failed);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', failed);
        resolve();
      });
    });
  }

  /** Takes no more connections, waits for `drained`, and closes those that there are. */
  async close(drained: () => Promise<void>): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await drained();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Options that Node takes as properties of the HTTP/1.1 half alone. */
  #tune(limits: ServerLimits): void {
    Object.assign(this.#server, {
      headersTimeout: limits.headersTimeout,
      requestTimeout: limits.requestTimeout + limits.headersTimeout,
      keepAliveTimeout: limits.idleTimeout,
      connectionsCheckingInterval: Math.min(1000, limits.headersTimeout),
      maxHeadersCount: 0,
    });
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.setNoDelay(true);
  }
}

/**
 * Ends a session in which nothing has happened for so long: in order when it has no streams, and hard when it has some but does not
 * answer a ping. Node no longer hears of the end of a connection on which a client has broken the protocol.
 */
function closeWhenIdle(session: ServerHttp2Session, idleTimeout: number): void {
  let streams = 0;
  let isAsked = false;
  session.setLocalWindowSize(25 * 1024 * 1024);
  session.on('stream', (stream) => {
    streams += 1;
    stream.once('close', () => (streams -= 1));
  });
  session.setTimeout(idleTimeout);
  session.on('timeout', () => {
    if (streams === 0) return session.close();
    if (isAsked) return session.destroy();
    isAsked = true;
    session.ping(() => (isAsked = false));
    session.setTimeout(idleTimeout); // goes off once
  });
  // A broken client ends its own session; its requests see their streams close.
  session.on('error', () => session.destroy());
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const why =
    error.code === 'EADDRINUSE'
      ? 'the address is already in use'
      : error.code === 'EACCES'
        ? 'permission denied'
        : error.code === 'EADDRNOTAVAIL'
          ? 'this machine has no such address'
          : error.message;
  return Object.assign(new Error(`cannot listen on ${where}: ${why}`, { cause: error }), { code: error.code });
}
