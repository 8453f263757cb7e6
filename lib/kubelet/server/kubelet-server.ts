import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { Lifecycle } from '../../base/lifecycle.js';
import type { Logger } from '../../base/logger.js';
import { silentLogger } from '../../base/logger.js';
import { OnceLifecycle } from '../../base/once-lifecycle.js';
import { pods } from '../../api/core/pods.js';
import type { Stored } from '../../api/object.js';
import { badRequest, notFound, StatusError } from '../../api/status-error.js';
import { CHANNEL_PROTOCOLS } from '../../api/wire/channels.js';
import type { PodStreams } from '../streams/pod-streams.js';
import { statusOf } from '../streams/runtime-failure.js';
import type { CallerRules } from './caller.js';
import { checkCaller } from './caller.js';
import { serveExec } from './serve-exec.js';
import { servePortForward } from './serve-port-forward.js';
import type { StreamAddress } from './stream-address.js';
import { parseAddress, parseExecOptions, parseLogOptions, parsePort } from './stream-address.js';

/** What a server asks of its kubelet. `Kubelet` is one. */
export interface ServedKubelet {
  readonly streams: PodStreams;
  pod(namespace: string, name: string): Stored<Pod> | undefined;
}

/** What a {@link KubeletServer} takes. */
export interface KubeletServerOptions {
  readonly kubelet: ServedKubelet;
  /** PEM. */
  readonly tls: { readonly certificate: string; readonly key: string };
  /** Who may ask; nobody else is answered. */
  readonly callers: CallerRules;
  /** Default `127.0.0.1`: this machine alone. */
  readonly host?: string | undefined;
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** Default: nothing is logged. */
  readonly logger?: Logger | undefined;
}

/** A stream that waits for its WebSocket. */
interface OpenedStream {
  serve(socket: WebSocket): Promise<void>;
  abandon(): void;
}

/** Bytes of one message. */
const LONGEST_MESSAGE = 4 * 1024 * 1024;

/**
 * Serves output, commands and connections of a kubelet's pods over HTTPS, for API servers in other processes; `KubeletClient`
 * is its counterpart.
 *
 * | path | what |
 * |---|---|
 * | `GET /containerLogs/<ns>/<pod>/<container>` | output, as it comes |
 * | `/exec/<ns>/<pod>/<container>?command=…&input=1&output=1&error=1&tty=1` | a WebSocket with exec's channels |
 * | `/attach/<ns>/<pod>/<container>` | the same |
 * | `/portForward/<ns>/<pod>?port=…` | a WebSocket with a data and an error channel |
 *
 * With `uid=` another pod of the same name is not taken for the one meant.
 */
export class KubeletServer implements Lifecycle {
  readonly #options: KubeletServerOptions;
  readonly #logger: Logger;
  readonly #lifecycle = new OnceLifecycle({ start: () => this.#listen(), stop: () => this.#close() });
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LONGEST_MESSAGE,
    handleProtocols: (offered) => CHANNEL_PROTOCOLS.find((protocol) => offered.has(protocol)) ?? false,
  });
  readonly #raw = new Set<Duplex>();
  #server: Server | undefined;

  constructor(options: KubeletServerOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  /** Where it listens; throws before `start()`. */
  get port(): number {
    const address = this.#server?.address() as AddressInfo | null | undefined;
    if (!address) throw new Error("the kubelet's server is not running");
    return address.port;
  }

  async #listen(): Promise<void> {
    const { tls, callers, host = '127.0.0.1', port = 0 } = this.#options;
    const server = createServer({
      cert: tls.certificate,
      key: tls.key,
      ...(callers.clientAuthority === undefined ? {} : { ca: callers.clientAuthority, requestCert: true }),
      rejectUnauthorized: false, // checked by request, as a token may stand in
      headersTimeout: 10_000,
      requestTimeout: 30_000,
    });
    this.#server = server;
    server.on('connection', (socket) => {
      this.#raw.add(socket);
      socket.once('close', () => this.#raw.delete(socket));
    });
    server.on('request', (request, response) => void this.#answer(request, response));
    server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
    server.listen(port, host);
    await once(server, 'listening'); // rejects on an error before
  }

  async #close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server?.listening) return;
    for (const socket of this.#sockets.clients) socket.terminate();
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#raw) socket.destroy();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('the client has gone')));
    try {
      const { url, address } = this.#check(request);
      if (address.verb !== 'containerLogs' || request.method !== 'GET') throw badRequest('you must upgrade to a WebSocket');
      const options = parseLogOptions(url.searchParams, address.container);
      const chunks = (await this.#options.kubelet.streams.logs(this.#pod(address), options, gone.signal))[Symbol.asyncIterator]();
      await this.#write(response, chunks, gone.signal);
    } catch (error) {
      if (!gone.signal.aborted) this.#refuse(response, error);
    }
  }

  async #write(response: ServerResponse, chunks: AsyncIterator<Uint8Array>, gone: AbortSignal): Promise<void> {
    const waitFor = (event: string) => once(response, event, { signal: gone }).catch(() => undefined);
    try {
      const first = chunks.next();
      // What is known to go wrong at once is answered as such; otherwise the client learns now that it is under way.
      const early = await Promise.race([first.then(() => true), Promise.resolve().then(() => false)]);
      response.setHeader('content-type', 'text/plain');
      if (!early) response.flushHeaders();
      for (let next = await first; !next.done && !gone.aborted; next = await chunks.next()) {
        if (!response.write(next.value)) await waitFor('drain');
      }
      response.end();
    } finally {
      await chunks.return?.();
    }
  }

  #refuse(response: ServerResponse, error: unknown): void {
    const status = this.#noted(error);
    if (response.headersSent) {
      response.destroy(); // a cut connection is the only way left to say that something is missing
      return;
    }
    response.writeHead(status.code, { 'content-type': 'application/json' }).end(JSON.stringify(status.toStatus()));
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const { url, address } = this.#check(request);
      const stream = await this.#open(url, address);
      let taken = false;
      this.#sockets.handleUpgrade(request, socket, head, (opened) => {
        taken = true;
        opened.on('error', () => opened.terminate());
        void stream.serve(opened);
      });
      if (!taken) stream.abandon(); // the handshake was refused
    } catch (error) {
      const status = this.#noted(error);
      const body = JSON.stringify(status.toStatus());
      const lines = [
        `HTTP/1.1 ${status.code} ${status.reason}`,
        'Content-Type: application/json',
        `Content-Length: ${Buffer.byteLength(body)}`,
        'Connection: close',
      ];
      socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
    }
  }

  /** What is asked for, made before the client is told that all is well. */
  async #open(url: URL, address: StreamAddress): Promise<OpenedStream> {
    const { streams } = this.#options.kubelet;
    const pod = this.#pod(address);
    if (address.verb === 'portForward') {
      const port = parsePort(url.searchParams);
      const connection = await streams.portForward(pod, port);
      return { serve: (socket) => servePortForward(socket, connection, port), abandon: () => connection.destroy() };
    }
    if (address.verb === 'containerLogs') throw badRequest('logs are not served over a WebSocket');
    const options = parseExecOptions(url.searchParams, address.container);
    const session = address.verb === 'exec' ? await streams.exec(pod, options) : await streams.attach(pod, options);
    return { serve: (socket) => serveExec(socket, session), abandon: () => session.kill() };
  }

  #check(request: IncomingMessage): { readonly url: URL; readonly address: StreamAddress } {
    checkCaller(request, this.#options.callers);
    const url = new URL(request.url ?? '/', 'https://kubelet');
    const address = parseAddress(url);
    if (!address) throw new StatusError('NotFound', 'the server could not find the requested resource');
    return { url, address };
  }

  #pod({ namespace, pod: name, uid }: StreamAddress): Stored<Pod> {
    const pod = this.#options.kubelet.pod(namespace, name);
    if (!pod || (uid !== undefined && pod.metadata.uid !== uid)) throw notFound(pods, name);
    return pod;
  }

  #noted(error: unknown): StatusError {
    const status = statusOf(error);
    if (status.code >= 500) this.#logger.warn('a request to the kubelet failed', { error });
    return status;
  }
}
