import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { Service } from 'kubernetes-types/core/v1.js';
import { StatusError } from '../api/status-error.js';
import { endpoints } from '../api/core/endpoints.js';
import { services } from '../api/core/services.js';
import type { Environment } from '../base/environment.js';
import type { Lifecycle } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import type { Registries } from '../registry/registry.js';
import { ApiServers, type ServerAddress } from './api-servers.js';

/** What {@link KubernetesService} takes. */
export interface KubernetesServiceOptions {
  readonly registries: Registries;
  /** The API server, started before. */
  readonly server: { readonly url: string };
  /** Its first address becomes the Service's. */
  readonly serviceRange: string;
  /** An address of this machine outside 127.0.0.0/24, which no Endpoints may name: connections to it are passed on to a server that listens there. */
  readonly relayAddress: string;
  /** For a cluster of several control planes: names this one among them. Default: it is the only one. */
  readonly identity?: string | undefined;
  readonly environment: Environment;
  readonly logger: Logger;
}

/** Keeps the Service `default/kubernetes` and its Endpoints: the way from a pod to the API server. */
export class KubernetesService implements Lifecycle {
  readonly #options: KubernetesServiceOptions;
  readonly #relay = new Relay();
  #servers: ApiServers | undefined;

  constructor(options: KubernetesServiceOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { registries, server, serviceRange } = this.#options;
    const { hostname, port } = new URL(server.url);
    const host = hostname.replace(/^\[|\]$/g, '');
    const local = host.startsWith('127.0.0.') || host === '::1';
    if (local) await this.#relay.listen(this.#options.relayAddress, { host, port: Number(port) });
    const labels = { component: 'apiserver', provider: 'kubernetes' };
    const service: Service = {
      metadata: { ...NAME, labels },
      spec: {
        type: 'ClusterIP',
        clusterIP: firstAddress(serviceRange),
        ports: [{ name: 'https', port: 443, targetPort: Number(port), protocol: 'TCP' }],
        sessionAffinity: 'None',
      },
    };
    const current = await found(registries.registry(services).get(NAME));
    if (!current) await registries.registry(services).create(service);
    else if (current.spec?.ports?.[0]?.targetPort !== Number(port)) {
      await registries
        .registry(services)
        .modify(NAME, (stored) => ({ ...stored, spec: { ...stored.spec, ports: service.spec?.ports ?? [] } }));
    }
    const address = { ip: local ? this.#options.relayAddress : host, port: Number(port) };
    const { identity, environment, logger } = this.#options;
    if (identity === undefined) return this.#announce([address]);
    this.#servers = new ApiServers({ registries, environment, logger, identity, address, onServers: (all) => this.#announce(all) });
    await this.#servers.start();
  }

  async stop(): Promise<void> {
    await this.#servers?.stop();
    await this.#relay.close();
  }

  async #announce(servers: readonly ServerAddress[]): Promise<void> {
    const registry = this.#options.registries.registry(endpoints);
    const metadata = { ...NAME, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } };
    const subsets = [...servers].sort(byAddress).map(({ ip, port }) => ({
      addresses: [{ ip }],
      ports: [{ name: 'https', port, protocol: 'TCP' }],
    }));
    const current = await found(registry.get(NAME));
    if (current && isDeepStrictEqual(current.subsets ?? [], subsets)) return;
    await registry.update({ metadata, subsets }); // PUT creates a missing Endpoints object
  }
}

const NAME = { namespace: 'default', name: 'kubernetes' };

function byAddress(one: ServerAddress, other: ServerAddress): number {
  return one.ip === other.ip ? one.port - other.port : one.ip < other.ip ? -1 : 1;
}

/** Passes TCP connections on to another address of this machine, bytes as they are. */
class Relay {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  listen(address: string, target: { readonly host: string; readonly port: number }): Promise<void> {
    const server = (this.#server = createServer({ allowHalfOpen: true }, (client) =>
      this.#join(client, connect({ ...target, allowHalfOpen: true })),
    ));
    return new Promise((resolve, reject) =>
      server.once('error', reject).listen({ host: address, port: target.port, exclusive: true }, resolve),
    );
  }

  close(): Promise<void> {
    const server = this.#server;
    if (!server?.listening) return Promise.resolve();
    return new Promise((resolve) => {
      server.close(() => resolve());
      this.#sockets.forEach((socket) => socket.destroy());
    });
  }

  #join(client: Socket, upstream: Socket): void {
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy()); // a broken side breaks the other
      socket.once('close', () => {
        this.#sockets.delete(socket);
        other.destroySoon();
      });
      socket.pipe(other);
    }
  }
}

/** The first address of a range such as `127.96.128.0/18`. */
export function firstAddress(range: string): string {
  const [address = ''] = range.split('/');
  const parts = address.split('.').map(Number);
  return [...parts.slice(0, 3), (parts[3] ?? 0) + 1].join('.');
}

async function found<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (StatusError.is(error, 'NotFound')) return undefined;
    throw error;
  }
}
