import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Connection } from './balancers/balancer.js';
import type { PooledEndpoint } from './endpoint-pool.js';
import { EndpointPool } from './endpoint-pool.js';
import { Listening } from './listening.js';
import type { Portal, PortalServices } from './portal.js';
import type { PortalSpec } from './service-ports.js';

/**
 * A TCP portal. Listens only while there are endpoints: without, clients are refused at once, as Kubernetes does. A connect
 * that fails goes to another endpoint before the client notices. Half-closed connections stay half-closed; backpressure
 * passes through in both directions. Connections outlive changes of the endpoints.
 */
export class TcpPortal implements Portal {
  readonly #services: PortalServices;
  readonly #pool: EndpointPool;
  readonly #sockets = new Set<Socket>();
  readonly #listening: Listening;
  #spec: PortalSpec;
  #server: Server | undefined;

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
    this.#pool.update(spec.targets, spec.affinitySeconds);
    void this.#listening.want(!this.#pool.empty);
  }

  async close(): Promise<void> {
    const closed = this.#listening.want(false);
    this.#sockets.forEach((socket) => socket.destroy());
    await closed;
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

  /** The port is free when `close` has been called; live connections go on, so nobody waits for them here. */
  #stopListening(): Promise<void> {
    this.#server?.close();
    this.#server = undefined;
    return Promise.resolve();
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
    const giveUp = this.#services.environment.timer(this.#services.connectTimeout, () => upstream.destroy(new Error('connect timed out')), {
      unref: true,
    });
    const failed = () => {
      this.#services.counters.connectFailures += 1;
      if (client.destroyed) return;
      this.#connect(client, connection, tried.add(endpoint.key));
    };
    const abandoned = () => upstream.destroy(); // the client went before there was an endpoint
    client.once('close', abandoned);
    upstream.once('close', () => giveUp.cancel());
    upstream.once('error', failed);
    upstream.once('connect', () => {
      giveUp.cancel();
      upstream.off('error', failed);
      client.off('close', abandoned);
      if (client.destroyed) upstream.destroy();
      else this.#join(client, upstream, endpoint);
    });
  }

  #join(client: Socket, upstream: Socket, endpoint: PooledEndpoint): void {
    const { counters } = this.#services;
    counters.accepted += 1;
    endpoint.connections += 1;
    upstream.once('close', (hadError) => {
      endpoint.connections -= 1;
      counters.bytesToEndpoints += upstream.bytesWritten;
      counters.bytesToClients += upstream.bytesRead;
      if (hadError) client.resetAndDestroy();
      else if (!client.writableEnded) client.destroy();
    });
    client.once('close', (hadError) => (hadError ? upstream.resetAndDestroy() : upstream.destroySoon()));
    upstream.on('error', () => upstream.destroy()); // told by its close event
    client.pipe(upstream);
    upstream.pipe(client);
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
