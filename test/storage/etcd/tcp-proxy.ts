import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of one endpoint that can lose connections, in two ways. */
export class TcpProxy {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #server: Server;
  #swallows = false;
  #refuses = false;

  constructor(target: string) {
    const [host, port] = target.split(':') as [string, string];
    this.#target = { host, port: Number(port) };
    this.#server = createServer((socket) => this.#accept(socket));
  }

  get endpoint(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Open connections of clients. */
  get connections(): number {
    return this.#pairs.size;
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    this.drop();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Resets all connections. */
  drop(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  /** Resets connections now and later, or no longer. */
  refuse(refuses: boolean): void {
    this.#refuses = refuses;
    if (refuses) this.drop();
  }

  /** Keeps connections, old and new, but lets nothing through, as a cut cable does. */
  swallow(): void {
    this.#swallows = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.unpipe().resume();
  }

  #accept(client: Socket): void {
    if (this.#refuses) return void client.resetAndDestroy();
    const server = connect(this.#target);
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => socket.destroy()); // what a test breaks on purpose
      socket.once('close', () => {
        this.#pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
    if (this.#swallows) return void client.resume();
    client.pipe(server);
    server.pipe(client);
  }
}

/** A proxy for each test of the surrounding `describe`. */
export function useProxy(target: () => string): () => TcpProxy {
  let proxy: TcpProxy;
  beforeEach(async () => {
    proxy = new TcpProxy(target());
    await proxy.start();
  });
  afterEach(() => proxy.stop());
  return () => proxy;
}
