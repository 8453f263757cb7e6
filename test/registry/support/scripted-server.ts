import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createCatalog } from '../../../lib/api/catalog.js';
import { builtInDefinitions } from '../../../lib/api/kinds.js';
import type { Environment } from '../../../lib/base/environment.js';
import { systemEnvironment } from '../../../lib/base/system-environment.js';
import { RemoteRegistries } from '../../../lib/registry/remote/remote-registries.js';

export type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A server that answers as a test says, for what a real one does only on a bad day. */
export class ScriptedServer {
  readonly #server: Server;
  readonly #registries: RemoteRegistries[] = [];
  readonly sockets = new Set<Socket>();
  readonly requests: IncomingMessage[] = [];

  constructor(handler: Handler) {
    this.#server = createServer((request, response) => {
      this.requests.push(request);
      request.resume();
      handler(request, response, this.requests.length);
    });
    this.#server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  async start(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  registries(environment: Environment = systemEnvironment, path = ''): RemoteRegistries {
    const catalog = createCatalog(builtInDefinitions);
    const registries = new RemoteRegistries({
      cluster: { server: this.url + path, namespace: 'default', token: 'secret' },
      catalog,
      environment,
    });
    this.#registries.push(registries);
    return registries;
  }

  async stop(): Promise<void> {
    for (const one of this.#registries) await one.stop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Answers with JSON. */
export function reply(response: ServerResponse, code: number, body: object, headers: Record<string, string | string[]> = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
