import type { IncomingMessage } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import type { Revision } from '../storage.js';
import type { EtcdEvent } from './etcd-v2-client.js';
import { errorOf, Failure } from './etcd-v2-error.js';
import type { Callback, Token } from './node-etcd.js';

/**
 * The request library keeps the whole answer in memory, however long it grows: a stream ends itself at this size (bytes),
 * and the feed opens the next one.
 */
const MAX_BYTES = 16 * 1024 * 1024;

/** A watch of etcd under way: lines of events. */
export class WatchRequest {
  /** Where the store was when etcd began to watch. Rejects with what the request failed with. */
  readonly opened: Promise<Revision>;
  /** Resolves when nothing more comes: with the reason, where there is one. */
  readonly ended: Promise<Error | undefined>;
  #token: Token | undefined;
  #end: (reason?: Error) => void = () => undefined;
  #open: (index: Revision) => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;
  readonly #decoder = new StringDecoder();
  #rest = '';
  #bytes = 0;
  #waiting: EtcdEvent[] | undefined = [];
  #take: (event: EtcdEvent) => void = () => undefined;
  #serves = false;
  #closed = false;

  constructor(send: (callback: Callback) => Token, endpoint: string) {
    this.opened = new Promise((resolve, reject) => {
      this.#open = resolve;
      this.#fail = reject;
    });
    this.ended = new Promise((resolve) => (this.#end = resolve));
    this.opened.catch(() => undefined); // `ended` tells it, too
    this.#token = send((error) => this.#finish(error ? errorOf(endpoint, error) : undefined));
    this.#token.req.on('response', (response: IncomingMessage) => this.#respond(response));
    this.#token.req.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  /** Gives the events that have come, then each that comes, synchronously. To be called once. */
  each(take: (event: EtcdEvent) => void): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#take = take;
    for (const event of waiting) if (!this.#closed) take(event);
  }

  /** Ends it; nothing more comes. */
  close(reason?: Error): void {
    if (this.#closed) return;
    this.#token?.abort();
    this.#finish(reason);
  }

  #respond({ statusCode, headers }: IncomingMessage): void {
    this.#serves = statusCode === 200; // anything else is a refusal, which the callback gets
    if (this.#serves) this.#open(Number(headers['x-etcd-index']));
  }

  #read(chunk: Buffer): void {
    if (!this.#serves) return;
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) if (line !== '' && !this.#closed) this.#deliver(line);
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_BYTES) this.close();
  }

  #deliver(line: string): void {
    let event: EtcdEvent;
    try {
      event = JSON.parse(line) as EtcdEvent;
    } catch (error) {
      return this.close(new Failure('a watch sends what is no JSON', true, error));
    }
    if (this.#waiting) this.#waiting.push(event);
    else this.#take(event);
  }

  #finish(reason: Error | undefined): void {
    this.#closed = true;
    this.#fail(reason ?? new Failure('the watch has ended before it began', true));
    this.#end(reason);
  }
}
