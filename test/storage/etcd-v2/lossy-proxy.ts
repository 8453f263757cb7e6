import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

const NOTHING = /(?!)/;

/**
 * A TCP proxy before etcd, which loses answers, holds things back, or cuts everybody off.
 *
 * Patterns are those of a request's first line, as in `GET /v2/keys/registry/pods?quorum=true HTTP/1.1`.
 */
export class LossyProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #held: (() => void)[] = [];
  readonly #mutes = new Set<(pattern: RegExp) => void>();
  /** Whether nobody gets through. */
  refuses = false;
  /** Requests whose answers are lost, with the connection. */
  loses = NOTHING;
  /** Requests that are held back until {@link release}. */
  holds = NOTHING;
  /** Requests whose answers arrive without their bodies until {@link release}. */
  holdsAnswersOf = NOTHING;
  /** Requests that {@link release} what is held back. */
  releasesAt = NOTHING;
  /** First lines of all requests. */
  readonly requests: string[] = [];

  /** `target` is `host:port`; another one holds for connections from then on. */
  constructor(public target: string) {
    this.#server = createServer((client) => this.#serve(client));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  /** What is held back now. */
  get held(): number {
    return this.#held.length;
  }

  /** The writes that came. */
  get writes(): number {
    return this.requests.filter((line) => !line.startsWith('GET')).length;
  }

  async start(): Promise<this> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return this;
  }

  /** Lets nothing more through of the answers that are under way to such requests, but keeps their connections. */
  silence(pattern: RegExp): void {
    for (const mute of this.#mutes) mute(pattern);
  }

  /** Ends all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Holds nothing back any more. */
  release(): void {
    this.holds = this.holdsAnswersOf = this.releasesAt = NOTHING;
    for (const send of this.#held.splice(0)) send();
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
        this.#mutes.delete(mute);
        client.destroy();
        server.destroy();
      });
    }
    let request = '';
    let muted = false;
    const mute = (pattern: RegExp) => {
      if (pattern.test(request)) muted = true;
    };
    this.#mutes.add(mute);
    client.on('data', (chunk: Buffer) => {
      const line = /^(GET|PUT|DELETE) .*/.exec(chunk.toString('latin1'))?.[0];
      if (line !== undefined) this.requests.push((request = line));
      if (this.#held.length > 0 && this.releasesAt.test(request)) this.release();
      if (this.holds.test(request)) this.#held.push(() => server.write(chunk));
      else server.write(chunk);
    });
    server.on('data', (chunk: Buffer) => {
      if (!muted) this.#answer(request, chunk, client);
    });
  }

  #answer(request: string, chunk: Buffer, client: Socket): void {
    if (this.loses.test(request)) client.destroy();
    else if (!this.holdsAnswersOf.test(request)) client.write(chunk);
    else {
      const body = chunk.toString('latin1').startsWith('HTTP/') ? chunk.indexOf('\r\n\r\n') + 4 : 0;
      client.write(chunk.subarray(0, body));
      this.#held.push(() => client.write(chunk.subarray(body)));
    }
  }
}
