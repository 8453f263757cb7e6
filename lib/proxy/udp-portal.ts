import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import type { Timer } from '../base/environment.js';
import type { EndpointPool } from './endpoint-pool.js';
import type { Listening } from './listening.js';
import { listeningOf, poolOf, type Portal, type PortalServices } from './portal.js';
import type { PortalSpec } from './service-ports.js';
import { sendBounded, socketTypeOf, UdpSession } from './udp-session.js';

/**
 * A UDP portal: a session a client address and port, each with a socket of its own towards its endpoint, so that answers find
 * their way back. Sessions end when they have been idle for too long, when their endpoint goes or refuses, and, the idlest
 * first, when there are too many.
 */
export class UdpPortal implements Portal {
  readonly #services: PortalServices;
  readonly #pool: EndpointPool;
  readonly #listening: Listening;
  /** In order of the client's last datagram. */
  readonly #sessions = new Map<string, UdpSession>();
  readonly #spec: PortalSpec;
  #socket: Socket | undefined;
  #sweep: Timer | undefined;

  constructor(spec: PortalSpec, services: PortalServices) {
    this.#spec = spec;
    this.#services = services;
    this.#pool = poolOf(services);
    this.#listening = listeningOf(spec, services, { open: () => this.#open(), close: () => this.#stopListening() });
  }

  update(spec: PortalSpec): void {
    const gone = this.#pool.update(spec.targets, spec.affinitySeconds);
    if (gone.size > 0) for (const session of this.#sessions.values()) if (gone.has(session.endpoint)) this.#end(session);
    void this.#listening.want(!this.#pool.empty);
  }

  retire(): Promise<void> {
    return this.close();
  }

  async close(): Promise<void> {
    await this.#listening.want(false);
  }

  #open(): Promise<void> {
    const socket = createSocket(socketTypeOf(this.#spec.address));
    return new Promise((resolve, reject) => {
      const failed = (error: Error) => {
        socket.close();
        reject(error);
      };
      socket.once('error', failed);
      socket.bind({ address: this.#spec.address, port: this.#spec.port, exclusive: true }, () => {
        socket
          .off('error', failed)
          .on('error', (error) => this.#services.logger.error('a portal failed', { portal: this.#spec.key, error }));
        socket.on('message', (data, from) => this.#toEndpoint(data, from));
        this.#socket = socket;
        resolve();
      });
    });
  }

  #stopListening(): void {
    for (const session of this.#sessions.values()) this.#end(session);
    this.#socket?.close();
    this.#socket = undefined;
  }

  #toEndpoint(data: Buffer, from: RemoteInfo): void {
    const session = this.#sessionOf(from);
    if (!session) return;
    this.#services.counters.bytesToEndpoints += data.length;
    session.send(data);
  }

  #toClient({ client }: UdpSession, data: Buffer): void {
    const socket = this.#socket;
    // A client that cannot be reached any more is no error of the portal's: nobody waits for the outcome.
    const send = () => socket?.send(data, client.port, client.address, () => {});
    if (socket && sendBounded(socket, data, send)) this.#services.counters.bytesToClients += data.length;
    else this.#services.counters.dropped += 1;
  }

  #sessionOf(from: RemoteInfo): UdpSession | undefined {
    const key = keyOf(from);
    const session = this.#sessions.get(key) ?? this.#begin(from);
    if (!session) return undefined;
    session.lastUsed = this.#services.environment.monotonic();
    this.#sessions.delete(key); // to the end of the order
    this.#sessions.set(key, session);
    return session;
  }

  #begin(from: RemoteInfo): UdpSession | undefined {
    const { counters, environment, udpSessions } = this.#services;
    const endpoint = this.#pool.pick({ service: this.#spec.key, protocol: 'UDP', clientAddress: from.address, clientPort: from.port });
    if (!endpoint) {
      counters.refused += 1;
      return undefined;
    }
    const [idlest] = this.#sessions.values();
    if (idlest && this.#sessions.size >= udpSessions) this.#end(idlest);
    const session: UdpSession = new UdpSession(from, endpoint, {
      onAnswer: (data) => {
        session.lastUsed = environment.monotonic();
        this.#toClient(session, data);
      },
      onDrop: () => (counters.dropped += 1),
      onError: () => this.#end(session), // the client's next datagram begins another
    });
    endpoint.connections += 1;
    counters.accepted += 1;
    counters.open += 1;
    this.#scheduleSweep();
    return session;
  }

  #end(session: UdpSession): void {
    const key = keyOf(session.client);
    if (this.#sessions.get(key) !== session) return;
    this.#sessions.delete(key);
    this.#services.counters.open -= 1;
    session.endpoint.connections -= 1;
    session.close();
    if (this.#sessions.size > 0) return;
    this.#sweep?.cancel();
    this.#sweep = undefined;
  }

  #scheduleSweep(): void {
    const { environment, udpIdleTimeout } = this.#services;
    const sweep = () => {
      this.#sweep = undefined;
      const idleSince = environment.monotonic() - udpIdleTimeout;
      for (const session of this.#sessions.values()) if (session.lastUsed <= idleSince) this.#end(session);
      if (this.#sessions.size > 0) this.#scheduleSweep();
    };
    this.#sweep ??= environment.timer(udpIdleTimeout / 4, sweep, { unref: true });
  }
}

function keyOf({ address, port }: RemoteInfo): string {
  return `${address}:${port}`;
}
