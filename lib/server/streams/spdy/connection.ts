import { Duplex } from 'node:stream';
import { drained } from '../websocket-port-forward.js';
import type { Frame } from './frames.js';
import { controlFrame, dataFrame, FRAME, FrameReader } from './frames.js';
import { HeaderCodec } from './header-codec.js';

/** A stream that the client has opened. Ending it sends FIN; destroying it resets it. */
export class SpdyStream extends Duplex {
  constructor(
    readonly id: number,
    readonly headers: ReadonlyMap<string, string>,
    readonly send: (chunk: Uint8Array, fin: boolean) => Promise<void>,
    readonly wantMore: () => void,
  ) {
    super({ allowHalfOpen: true });
    this.on('error', () => this.destroy());
  }

  override _read(): void {
    this.wantMore();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.send(chunk, false).then(() => done(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.send(Buffer.alloc(0), true).then(() => done(), done);
  }
}

/** A client opens a handful of streams for a terminal, two for each forwarded connection. */
const MOST_STREAMS = 1000;

/**
 * The server's side of SPDY/3.1 as Kubernetes clients use it, over a socket or a tunnel: the client opens streams, nobody
 * controls flow. While one stream's reader lags, nothing more is read, so that the connection holds little.
 */
export class SpdyConnection {
  readonly #pipe: Duplex;
  readonly #codec = new HeaderCodec();
  readonly #streams = new Map<number, SpdyStream>();
  readonly #opened: (stream: SpdyStream) => void;
  #last = 0;
  #lagging: (() => void) | undefined;

  constructor(pipe: Duplex, opened: (stream: SpdyStream) => void) {
    this.#pipe = pipe;
    this.#opened = opened;
  }

  /** Runs until the connection ends, whatever ends it. Never throws. */
  async run(): Promise<void> {
    const reader = new FrameReader();
    try {
      for await (const chunk of this.#pipe as AsyncIterable<Buffer>) {
        for (const frame of reader.push(chunk)) if (!(await this.#take(frame))) return;
      }
    } catch {
      // A broken or misbehaving client: its streams end with the connection, which is all there is to tell.
      return;
    } finally {
      this.close();
    }
  }

  /** Drops the connection with all its streams. */
  close(): void {
    for (const stream of this.#streams.values()) stream.destroy();
    this.#streams.clear();
    this.#codec.close();
    this.#pipe.destroy();
  }

  /** Says that the connection is over, once everything written before is out. */
  async goAway(): Promise<void> {
    // Clients forget streams above the last good one, with what they have not read of them.
    await this.#write(controlFrame(FRAME.goAway, Buffer.concat([idBytes(this.#last), idBytes(0)])));
    await new Promise<void>((resolve) => this.#pipe.end(() => resolve()));
  }

  /** False: the client says good-bye. */
  async #take(frame: Frame): Promise<boolean> {
    switch (frame.type) {
      case undefined:
        await this.#takeData(frame);
        return true;
      case FRAME.synStream:
        await this.#open(frame);
        return true;
      case FRAME.rstStream:
        this.#forget(frame.payload.readUInt32BE(0));
        return true;
      case FRAME.ping:
        await this.#write(controlFrame(FRAME.ping, frame.payload));
        return true;
      case FRAME.headers:
        await this.#codec.decode(frame.payload.subarray(4)); // keeps the decompressor in step
        return true;
      default:
        return frame.type !== FRAME.goAway;
    }
  }

  async #open({ payload, fin }: Frame): Promise<void> {
    const id = payload.readUInt32BE(0) & 0x7fff_ffff;
    const headers = await this.#codec.decode(payload.subarray(10));
    if (this.#streams.size >= MOST_STREAMS || this.#streams.has(id)) return this.#reset(id);
    const stream = new SpdyStream(
      id,
      headers,
      (chunk, last) => this.#write(dataFrame(id, chunk, last)),
      () => this.#lagging?.(),
    );
    this.#last = Math.max(this.#last, id);
    this.#streams.set(id, stream);
    stream.once('close', () => this.#streams.delete(id));
    const reply = await this.#codec.encode(new Map());
    await this.#write(controlFrame(FRAME.synReply, Buffer.concat([idBytes(id), reply])));
    this.#opened(stream);
    if (fin) stream.push(null);
  }

  async #takeData({ stream: id, payload, fin }: Frame): Promise<void> {
    const stream = this.#streams.get(id);
    if (!stream || stream.destroyed || stream.readableEnded) return;
    if (payload.length > 0 && !stream.push(payload)) await this.#readerOf(stream);
    if (fin) stream.push(null);
  }

  /** Resolves when the stream's reader wants more, or is gone. */
  #readerOf(stream: SpdyStream): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#lagging = undefined;
        stream.off('close', done);
        this.#pipe.off('close', done);
        resolve();
      };
      this.#lagging = done;
      stream.once('close', done);
      this.#pipe.once('close', done);
    });
  }

  #forget(id: number): void {
    this.#streams.get(id)?.destroy();
    this.#streams.delete(id);
  }

  async #reset(id: number): Promise<void> {
    const refused = Buffer.from([0, 0, 0, 3]);
    await this.#write(controlFrame(FRAME.rstStream, Buffer.concat([idBytes(id), refused])));
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#pipe.destroyed || this.#pipe.writableEnded) return;
    if (!this.#pipe.write(bytes)) await drained(this.#pipe);
  }
}

function idBytes(id: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(id);
  return bytes;
}
