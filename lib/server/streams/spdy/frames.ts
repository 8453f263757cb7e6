/** One frame as it travels: its first four bytes, flags and payload. */
export interface Frame {
  /** `undefined` for data. */
  readonly type: number | undefined;
  /** The stream of a data frame. */
  readonly stream: number;
  readonly fin: boolean;
  readonly payload: Buffer;
}

export const FRAME = { synStream: 1, synReply: 2, rstStream: 3, settings: 4, ping: 6, goAway: 7, headers: 8, windowUpdate: 9 } as const;

const HEAD = 8;
/** Go's client sends pieces of 32 KiB at most; a frame may not make us wait for sixteen megabytes. */
const LONGEST = 4 * 1024 * 1024;

/** Cuts a byte stream into frames, however it arrives. Throws for frames that are too long. */
export class FrameReader {
  #bytes: Buffer = Buffer.alloc(0);

  *push(chunk: Buffer): Generator<Frame> {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    for (let frame = this.#next(); frame; frame = this.#next()) yield frame;
  }

  #next(): Frame | undefined {
    if (this.#bytes.length < HEAD) return undefined;
    const length = this.#bytes.readUIntBE(5, 3);
    if (length > LONGEST) throw new Error(`a SPDY frame of ${length} bytes is too long`);
    if (this.#bytes.length < HEAD + length) return undefined;
    const first = this.#bytes.readUInt32BE(0);
    const control = first >= 0x8000_0000;
    const frame: Frame = {
      type: control ? first & 0xffff : undefined,
      stream: control ? 0 : first,
      fin: ((this.#bytes[4] ?? 0) & 1) !== 0,
      payload: this.#bytes.subarray(HEAD, HEAD + length),
    };
    this.#bytes = this.#bytes.subarray(HEAD + length);
    return frame;
  }
}

export function controlFrame(type: number, payload: Buffer, fin = false): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt16BE(0x8003, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt8(fin ? 1 : 0, 4);
  head.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([head, payload]);
}

export function dataFrame(stream: number, payload: Uint8Array, fin = false): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(stream, 0);
  head.writeUInt8(fin ? 1 : 0, 4);
  head.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([head, payload]);
}
