import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { connect } from 'node:tls';
import type { Answer, Exchange, FuzzRequest } from './http-exchange.js';
import type { PlaneAddress } from './plane/messages.js';

/** Milliseconds until an answer is missed: more than the server gives itself, for a machine on which others work too. */
const PATIENCE = 90_000;
/** Milliseconds after which an idle connection is given up, well before the server does so. */
const IDLE = 45_000;
/** Bodies from this size on are sent one at a time, so that what one of them costs is not taken for what two do. */
const LARGE = 128 * 1024;
const KEPT = 400;
const MOST_READ = 64 * 1024 * 1024;

/** No answer, or none that is HTTP. */
export class NoAnswer extends Error {}

/** Sends requests to the plane and remembers those in flight and the latest others. */
export class FuzzClient {
  readonly #address: PlaneAddress;
  readonly #agent: Agent;
  readonly #exchanges: Exchange[] = [];
  #largeOne: Promise<unknown> = Promise.resolve();
  #sent = 0;

  constructor(address: PlaneAddress) {
    this.#address = address;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 64, ca: address.ca, timeout: IDLE });
  }

  /** Of an administrator. */
  get token(): string {
    return this.#address.token;
  }

  /** How many requests were sent. */
  get sent(): number {
    return this.#sent;
  }

  /** Those that were in flight in a stretch of time, the latest last. */
  between(from: number, to: number): readonly Exchange[] {
    return this.#exchanges.filter(({ sent, done }) => sent <= to && (done === undefined || done >= from));
  }

  /** The answer; rejects with {@link NoAnswer} when there is none within 90 seconds or the connection breaks. */
  async send(scene: number, request: FuzzRequest): Promise<Answer> {
    const size = request.body?.length ?? request.raw?.length ?? 0;
    if (size < LARGE) return this.#exchange(scene, request);
    const turn = this.#largeOne.then(() => this.#exchange(scene, request));
    this.#largeOne = turn.catch(() => undefined);
    return turn;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #exchange(scene: number, request: FuzzRequest): Promise<Answer> {
    const exchange: Exchange = { scene, request, sent: now(), done: undefined, code: undefined };
    this.#remember(exchange);
    try {
      const answer = await (request.raw ? this.#raw(request.raw, request.protocol) : this.#http(request));
      exchange.code = answer.code;
      return answer;
    } finally {
      exchange.done = now();
    }
  }

  #remember(exchange: Exchange): void {
    this.#sent += 1;
    this.#exchanges.push(exchange);
    while (this.#exchanges.length > KEPT && this.#exchanges[0]?.done !== undefined) this.#exchanges.shift();
  }

  #http({ method, path, headers, body, listen }: FuzzRequest): Promise<Answer> {
    const { hostname, port } = new URL(this.#address.url);
    const all = {
      authorization: `Bearer ${this.#address.token}`,
      ...headers,
      ...(body ? { 'content-length': String(body.length) } : {}),
    };
    return new Promise((resolve, reject) => {
      const sent = httpsRequest({ hostname, port, path, method, headers: all, agent: this.#agent }, (answer) => {
        read(sent, answer, listen).then(resolve, (error: Error) => reject(new NoAnswer(error.message)));
      });
      const patience = setTimeout(() => sent.destroy(new Error(`no answer within ${PATIENCE / 1000} s`)), PATIENCE);
      sent.once('close', () => clearTimeout(patience));
      sent.once('error', (error) => reject(new NoAnswer(error.message)));
      sent.end(body);
    });
  }

  /** Whatever comes back until the server closes or is silent for a moment; a broken connection is an answer too. */
  #raw(bytes: Buffer, protocol = 'http/1.1'): Promise<Answer> {
    const { hostname, port } = new URL(this.#address.url);
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      const socket = connect({ host: hostname, port: Number(port), ca: this.#address.ca, ALPNProtocols: [protocol] }, () =>
        socket.write(bytes),
      );
      socket.setTimeout(300, () => socket.destroy());
      socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
      socket.on('error', () => socket.destroy());
      socket.once('close', () => {
        const body = Buffer.concat(chunks);
        const code = Number(/^HTTP\/1\.[01] (\d{3})/.exec(body.subarray(0, 20).toString('latin1'))?.[1] ?? 0);
        resolve({ code, headers: {}, body });
      });
    });
  }
}

const now = () => performance.timeOrigin + performance.now();

function read(sent: ClientRequest, answer: IncomingMessage, listen: number | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let enough = false;
    const finish = () => resolve({ code: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) });
    const end = () => {
      enough = true;
      finish();
      sent.destroy();
    };
    const listening = listen === undefined ? undefined : setTimeout(end, listen);
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if ((size += chunk.length) > MOST_READ) end();
    });
    answer.once('end', finish);
    answer.once('error', (error) => (enough ? undefined : reject(error)));
    answer.once('close', () => clearTimeout(listening));
  });
}
