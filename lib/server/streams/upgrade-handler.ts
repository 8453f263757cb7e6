import { STATUS_CODES } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { CHANNEL_PROTOCOLS } from '../../api/wire/channels.js';
import type { ExecSession, PodExecOptions } from '../../api/wire/pod-streams.js';
import { badRequest, StatusError } from '../../api/status-error.js';
import type { ServerContext } from '../api-request.js';
import { checkContainer, checkScheduled, connectorOf, containerOf, podIn } from '../handlers/pod-target.js';
import { certificateOf } from '../http/exchange.js';
import { internalError } from '../internal-error.js';
import { requestInfo } from '../request-info.js';
import type { RequestPipeline } from '../request-pipeline.js';
import { RequestQuery } from '../request-query.js';
import type { RouteTable } from '../route-table.js';
import { serveExec, startExec } from './exec-client.js';
import { serveSpdyExec } from './spdy/spdy-exec.js';
import { serveSpdyPortForward } from './spdy/spdy-port-forward.js';
import type { Agreement } from './upgrade-request.js';
import { agree, execOptions, forwardedPorts, streamName, TUNNEL } from './upgrade-request.js';
import { webSocketExecClient } from './websocket-exec.js';
import type { Dial } from './websocket-port-forward.js';
import { forwardOverChannels } from './websocket-port-forward.js';

/** Frames of a client's WebSocket; what it types or sends in one piece. */
const LONGEST_MESSAGE = 4 * 1024 * 1024;

/** What to do once the client's protocol is agreed on. */
interface Streams {
  /** Over WebSocket channels. */
  readonly channels: (socket: WebSocket) => void;
  /** Over SPDY, in the socket itself or in a tunnel. */
  readonly spdy: (pipe: Duplex) => void;
}

/** A client that wants to talk to a pod: the request, as far as it is known. */
interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Connections that stop being HTTP: exec, attach and port-forward. They pass the same checks as every request. */
export class UpgradeHandler {
  readonly #pipeline: RequestPipeline;
  readonly #routes: RouteTable;
  readonly #context: ServerContext;
  /** Handshakes whose answer names a protocol that `ws` does not know. */
  readonly #tunnels = new WeakSet<IncomingMessage>();
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: LONGEST_MESSAGE,
    handleProtocols: (names) => CHANNEL_PROTOCOLS.find((one) => names.has(one)) ?? false,
  });

  constructor(pipeline: RequestPipeline, routes: RouteTable, context: ServerContext) {
    this.#pipeline = pipeline;
    this.#routes = routes;
    this.#context = context;
    this.#webSockets.on('headers', (headers, request) => {
      if (this.#tunnels.has(request)) headers.push(`Sec-WebSocket-Protocol: ${TUNNEL}`);
    });
  }

  /** Answers one upgrade. Never throws: a refusal goes out as an ordinary answer. */
  async run(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const agreement = agree(request);
      const streams = await this.#admit(request, socket, agreement);
      if (agreement.kind === 'spdy') acceptSpdy({ request, socket, head }, agreement.protocol, streams);
      else this.#acceptWebSocket({ request, socket, head }, agreement, streams);
    } catch (error) {
      if (!StatusError.is(error)) this.#context.logger.error('an upgrade failed', { error, url: request.url });
      refuse(socket, StatusError.is(error) ? error : internalError(error));
    }
  }

  /** Who is it, may it, is there such a pod: everything that can be said before the protocol changes. */
  async #admit(request: IncomingMessage, socket: Duplex, agreement: Agreement): Promise<Streams> {
    const [path = '', search = ''] = (request.url ?? '').split('?', 2);
    const query = new RequestQuery(search);
    const user = await this.#pipeline.identify({ headers: request.headers, certificate: certificateOf(request) });
    const info = requestInfo(request.method ?? 'GET', path, query);
    if (!info) throw badRequest('malformed path');
    await this.#pipeline.authorize(user, info);
    const definition = this.#routes.definition(info);
    const stream = streamName(definition?.subresources[info.subresource] ? info.subresource : '');
    if (!definition) throw badRequest('malformed path');
    const pod = await podIn(info, definition, this.#context);
    checkScheduled(pod);
    const connector = connectorOf(this.#context);
    if (stream === 'portforward') {
      const ports = agreement.kind === 'channels' ? forwardedPorts(query) : [];
      return forwarding(ports, (port) => connector.portForward(pod, port));
    }
    const options = execOptions(query, stream);
    checkContainer(pod, options.container);
    const chosen = { ...options, container: containerOf(pod, options.container) };
    const start = () => (stream === 'exec' ? connector.exec(pod, chosen) : connector.attach(pod, chosen));
    return agreement.kind === 'spdy' ? overSpdy(chosen, start) : overChannels(chosen, await endedBy(socket, start()));
  }

  #acceptWebSocket({ request, socket, head }: Upgrade, { kind }: Agreement, { channels, spdy }: Streams): void {
    if (kind === 'tunnel') {
      this.#tunnels.add(request);
      delete request.headers['sec-websocket-protocol'];
    }
    this.#webSockets.handleUpgrade(request, socket, head, (accepted) => {
      accepted.on('error', () => accepted.terminate());
      if (kind === 'tunnel') spdy(createWebSocketStream(accepted));
      else channels(accepted);
    });
  }
}

/** The command runs already: what keeps it from running was said before the upgrade. */
function overChannels(options: PodExecOptions, session: ExecSession): Streams {
  return {
    channels: (socket) => void serveExec(session, webSocketExecClient(socket, options)),
    spdy: (pipe) => void pipe.destroy(),
  };
}

/** The command starts when the client has opened all its streams, as there is nobody to read its output before. */
function overSpdy(options: PodExecOptions, start: () => Promise<ExecSession>): Streams {
  return {
    channels: (socket) => socket.terminate(),
    spdy: (pipe) => void serveSpdyExec(pipe, options, (client) => void startExec(endedBy(pipe, start()), client)),
  };
}

/** However the connection ends, and whether it ever began: no command outlives its client. */
async function endedBy(socket: Duplex, starting: Promise<ExecSession>): Promise<ExecSession> {
  const session = await starting;
  socket.once('close', () => session.kill());
  if (socket.destroyed) session.kill();
  return session;
}

function forwarding(ports: readonly number[], dial: Dial): Streams {
  return {
    channels: (socket) => forwardOverChannels(socket, ports, dial),
    spdy: (pipe) => void serveSpdyPortForward(pipe, dial),
  };
}

function acceptSpdy({ socket, head }: Upgrade, protocol: string | undefined, { spdy }: Streams): void {
  const answer = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: SPDY/3.1'];
  if (protocol !== undefined) answer.push(`X-Stream-Protocol-Version: ${protocol}`);
  socket.write(`${answer.join('\r\n')}\r\n\r\n`);
  if (head.length > 0) socket.unshift(head);
  spdy(socket);
}

function refuse(socket: Duplex, error: StatusError): void {
  const body = `${JSON.stringify(error.toStatus())}\n`;
  socket.end(
    `HTTP/1.1 ${error.code} ${STATUS_CODES[error.code] ?? 'Error'}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
