import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy before etcd, which can be told to lose answers, to hold them back, or to cut everybody off. */
export class LossyProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Whether answers to writes are lost from now on, with the connection. */
  losesAnswers = false;
  /** Whether nobody gets through. */
  refuses = false;
  /** Writes that came. */
  writes = 0;
  /** Bodies of answers to questions for one event, which are held back; undefined: they are not. */
  #held: (() => void)[] | undefined;

  /** `target` is `host:port`; another one holds for connections from then on. */
  constructor(public target: string) {
    this.#server = createServer((client) => this.#serve(client));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  async start(): Promise<this> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return this;
  }

  /** Ends all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** From now on, what etcd answers to a question for one event arrives without its body, until {@link release}. */
  hold(): void {
    this.#held = [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const send of held) send();
  }

  async stop(): Promise<void> {
    this.cut();
    if (this.#server.listening) await once(this.#server.close(), 'close');
  }

  #serve(client: Socket): void {
    if (this.refuses) return void client.destroy();
    const [host = '', port] = this.target.split(':');
    const server = connect(Number(port), host);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    let request = '';
    client.on('data', (chunk: Buffer) => {
      const line = /^(GET|PUT|DELETE) .*/.exec(chunk.toString('latin1'))?.[0];
      if (line !== undefined) request = line;
      if (line !== undefined && !line.startsWith('GET')) this.writes += 1;
      server.write(chunk);
    });
    server.on('data', (chunk: Buffer) => this.#answer(request, chunk, client));
  }

  #answer(request: string, chunk: Buffer, client: Socket): void {
    if (this.losesAnswers && !request.startsWith('GET')) client.destroy();
    else if (this.#held === undefined || !request.includes('waitIndex')) client.write(chunk);
    else {
      const body = chunk.toString('latin1').startsWith('HTTP/') ? chunk.indexOf('\r\n\r\n') + 4 : 0;
      client.write(chunk.subarray(0, body));
      this.#held.push(() => client.write(chunk.subarray(body)));
    }
  }
}
