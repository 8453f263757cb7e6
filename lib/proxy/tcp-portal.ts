import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Connection } from './balancers/balancer.js';
import type { EndpointPool, PooledEndpoint } from './endpoint-pool.js';
import type { Listening } from './listening.js';
import { listeningOf, poolOf, type Portal, type PortalServices } from './portal.js';
import type { PortalSpec } from './service-ports.js';

/**
 * A TCP portal. Listens only while there are endpoints: without, clients are refused at once, as Kubernetes does. A connect
 * that fails, or whose endpoint goes meanwhile, is made to another endpoint before the client notices. Half-closed
 * connections stay half-closed; backpressure passes through in both directions. Connections outlive changes of the endpoints.
 */
export class TcpPortal implements Portal {
  readonly #services: PortalServices;
  readonly #pool: EndpointPool;
  readonly #sockets = new Set<Socket>();
  readonly #listening: Listening;
  readonly #spec: PortalSpec;
  #server: Server | undefined;
  #whenEmpty: (() => void)[] = [];

  constructor(spec: PortalSpec, services: PortalServices) {
    this.#spec = spec;
    this.#services = services;
    this.#pool = poolOf(services);
    this.#listening = listeningOf(spec, services, { open: () => this.#open(), close: () => this.#stopListening() });
  }

  update(spec: PortalSpec): void {
    this.#pool.update(spec.targets, spec.affinitySeconds);
    void this.#listening.want(!this.#pool.empty);
  }

  async retire(): Promise<void> {
    await this.#listening.want(false);
    if (this.#sockets.size > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  async close(): Promise<void> {
    const retired = this.retire();
    await this.#listening.want(false);
    this.#sockets.forEach((socket) => socket.destroy());
    await retired;
  }

  #open(): Promise<void> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => this.#accept(client));
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: this.#spec.address, port: this.#spec.port, exclusive: true }, () => {
        server
          .off('error', reject)
          .on('error', (error) => this.#services.logger.error('a portal failed', { portal: this.#spec.key, error }));
        this.#server = server;
        resolve();
      });
    });
  }

  /** The port is free when `close` returns; live connections go on. */
  #stopListening(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  #accept(client: Socket): void {
    this.#track(client);
    client.on('error', () => client.destroy()); // a client that resets ends its connection, no more
    const connection: Connection = {
      service: this.#spec.key,
      protocol: 'TCP',
      clientAddress: client.remoteAddress ?? '',
      clientPort: client.remotePort ?? 0,
    };
    this.#connect(client, connection, new Set());
  }

  #connect(client: Socket, connection: Connection, tried: Set<string>): void {
    const endpoint = this.#pool.pick(connection, tried);
    if (!endpoint) {
      this.#services.counters.refused += 1;
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ host: endpoint.address, port: endpoint.port, allowHalfOpen: true, noDelay: true });
    this.#track(upstream);
    this.#whenSettled(upstream, client, (connected) => {
      if (client.destroyed) upstream.destroy();
      else if (connected && this.#pool.has(endpoint)) this.#join(client, upstream, endpoint);
      else {
        upstream.destroy();
        if (!connected) this.#services.counters.connectFailures += 1;
        this.#connect(client, connection, tried.add(endpoint.key));
      }
    });
  }

  /** Calls once: connected or not, in time or not, or given up because the client went. Leaves no listener and no timer. */
  #whenSettled(upstream: Socket, client: Socket, settled: (connected: boolean) => void): void {
    const finish = (connected: boolean) => () => {
      timer.cancel();
      client.off('close', failed);
      upstream
        .off('connect', succeeded)
        .off('error', failed)
        .on('error', () => upstream.destroy()); // its close event tells
      settled(connected);
    };
    const [succeeded, failed] = [finish(true), finish(false)];
    const timer = this.#services.environment.timer(this.#services.connectTimeout, failed, { unref: true });
    client.once('close', failed);
    upstream.once('connect', succeeded).once('error', failed);
  }

  #join(client: Socket, upstream: Socket, endpoint: PooledEndpoint): void {
    const { counters } = this.#services;
    counters.accepted += 1;
    counters.open += 1;
    endpoint.connections += 1;
    upstream.once('close', (hadError) => {
      counters.open -= 1;
      endpoint.connections -= 1;
      counters.bytesToEndpoints += upstream.bytesWritten;
      counters.bytesToClients += upstream.bytesRead;
      if (hadError) client.resetAndDestroy();
      else if (!client.writableEnded) client.destroy();
    });
    client.once('close', (hadError) => (hadError ? upstream.resetAndDestroy() : upstream.destroySoon()));
    client.pipe(upstream);
    upstream.pipe(client);
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#sockets.size === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
    });
  }
}
