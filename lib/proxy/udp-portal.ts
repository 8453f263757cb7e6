import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { PooledEndpoint } from './endpoint-pool.js';
import { EndpointPool } from './endpoint-pool.js';
import { Listening } from './listening.js';
import type { Portal, PortalServices } from './portal.js';
import type { PortalSpec } from './service-ports.js';

interface Session {
  readonly key: string;
  readonly endpoint: PooledEndpoint;
  readonly socket: Socket;
  lastUsed: number;
}

const typeOf = (address: string) => (isIPv6(address) ? 'udp6' : 'udp4');

/**
 * A UDP portal: a session a client address and port, each with a socket of its own towards its endpoint, so that answers find
 * their way back. Sessions end when they have been idle for too long, when their endpoint goes, and, the idlest first, when
 * there are too many.
 */
export class UdpPortal implements Portal {
  readonly #services: PortalServices;
  readonly #pool: EndpointPool;
  readonly #listening: Listening;
  /** In order of last use. */
  readonly #sessions = new Map<string, Session>();
  #spec: PortalSpec;
  #socket: Socket | undefined;
  #sweep: { cancel(): void } | undefined;

  constructor(spec: PortalSpec, services: PortalServices) {
    this.#spec = spec;
    this.#services = services;
    this.#pool = new EndpointPool(services.balancer(), services.environment);
    this.#listening = new Listening(services.environment, {
      open: () => this.#open(),
      close: () => this.#stopListening(),
      onFailure: (error, retryIn) => {
        services.logger.warn('a portal cannot listen', { portal: spec.key, address: spec.address, port: spec.port, retryIn, error });
        services.onProblem({ portal: spec.key, address: spec.address, port: spec.port, error });
      },
    });
  }

  update(spec: PortalSpec): void {
    this.#spec = spec;
    const gone = new Set(this.#pool.update(spec.targets, spec.affinitySeconds));
    if (gone.size > 0) for (const session of this.#sessions.values()) if (gone.has(session.endpoint.key)) this.#end(session);
    void this.#listening.want(!this.#pool.empty);
  }

  async close(): Promise<void> {
    await this.#listening.want(false);
  }

  #open(): Promise<void> {
    const socket = createSocket(typeOf(this.#spec.address));
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

  #stopListening(): Promise<void> {
    for (const session of this.#sessions.values()) this.#end(session);
    const socket = this.#socket;
    this.#socket = undefined;
    return socket ? new Promise((resolve) => socket.close(resolve)) : Promise.resolve();
  }

  #toEndpoint(data: Buffer, from: RemoteInfo): void {
    const session = this.#sessionOf(from);
    if (!session) return;
    this.#services.counters.bytesToEndpoints += data.length;
    session.socket.send(data, session.endpoint.port, session.endpoint.address);
  }

  #sessionOf(from: RemoteInfo): Session | undefined {
    const key = `${from.address}:${from.port}`;
    const session = this.#sessions.get(key) ?? this.#begin(key, from);
    if (!session) return undefined;
    session.lastUsed = this.#services.environment.monotonic();
    this.#sessions.delete(key); // to the end of the order
    this.#sessions.set(key, session);
    return session;
  }

  #begin(key: string, from: RemoteInfo): Session | undefined {
    const endpoint = this.#pool.pick({ service: this.#spec.key, protocol: 'UDP', clientAddress: from.address, clientPort: from.port });
    if (!endpoint) {
      this.#services.counters.refused += 1;
      return undefined;
    }
    if (this.#sessions.size >= this.#services.udpSessions)
      for (const idlest of this.#sessions.values()) {
        this.#end(idlest);
        break;
      }
    const socket = createSocket(typeOf(endpoint.address));
    const session: Session = { key, endpoint, socket, lastUsed: 0 };
    // Errors (nothing listens there) end the session; the next datagram begins another.
    socket.on('error', () => this.#end(session));
    socket.on('message', (data, { address, port }) => {
      if (address !== endpoint.address || port !== endpoint.port) return; // only the endpoint may answer
      session.lastUsed = this.#services.environment.monotonic();
      this.#services.counters.bytesToClients += data.length;
      this.#socket?.send(data, from.port, from.address);
    });
    endpoint.connections += 1;
    this.#services.counters.accepted += 1;
    this.#sessions.set(key, session);
    this.#scheduleSweep();
    return session;
  }

  #end(session: Session): void {
    if (!this.#sessions.delete(session.key)) return;
    session.endpoint.connections -= 1;
    session.socket.close();
    if (this.#sessions.size === 0) {
      this.#sweep?.cancel();
      this.#sweep = undefined;
    }
  }

  #scheduleSweep(): void {
    this.#sweep ??= this.#services.environment.timer(
      this.#services.udpIdleTimeout / 4,
      () => {
        this.#sweep = undefined;
        const idleSince = this.#services.environment.monotonic() - this.#services.udpIdleTimeout;
        for (const session of this.#sessions.values()) if (session.lastUsed <= idleSince) this.#end(session);
        if (this.#sessions.size > 0) this.#scheduleSweep();
      },
      { unref: true },
    );
  }
}
