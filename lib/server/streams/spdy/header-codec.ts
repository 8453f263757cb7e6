import { constants, createDeflate, createInflate } from 'node:zlib';
import type { Deflate, Inflate } from 'node:zlib';
import { SPDY_DICTIONARY } from './dictionary.js';

/** A stream's headers are a few short words; more is an attack on memory. */
const LONGEST = 64 * 1024;

/** Headers of one connection: each direction is one long compressed text, so blocks must be handled in the order of their frames. */
export class HeaderCodec {
  readonly #inflate: Inflate = createInflate({ dictionary: SPDY_DICTIONARY });
  readonly #deflate: Deflate = createDeflate({ dictionary: SPDY_DICTIONARY });

  /** Rejects for what is no header block. */
  async decode(block: Buffer): Promise<ReadonlyMap<string, string>> {
    return parse(await through(this.#inflate, block));
  }

  encode(headers: ReadonlyMap<string, string>): Promise<Buffer> {
    return through(this.#deflate, serialize(headers));
  }

  close(): void {
    this.#inflate.close();
    this.#deflate.close();
  }
}

function through(codec: Inflate | Deflate, input: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (error?: Error) => {
      codec.off('data', take);
      codec.off('error', finish);
      if (error) reject(error);
      else resolve(Buffer.concat(chunks));
    };
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length > LONGEST) finish(new Error('SPDY headers are too long'));
      else chunks.push(chunk);
    };
    codec.on('data', take);
    codec.on('error', finish);
    codec.write(input);
    codec.flush(constants.Z_SYNC_FLUSH, () => finish());
  });
}

function parse(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  const number = () => {
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  const text = () => {
    const length = number();
    if (length > bytes.length - at) throw new Error('a SPDY header is cut off');
    at += length;
    return bytes.toString('latin1', at - length, at);
  };
  for (let left = number(); left > 0; left--) {
    const name = text();
    headers.set(name, text());
  }
  return headers;
}

function serialize(headers: ReadonlyMap<string, string>): Buffer {
  const parts: Buffer[] = [];
  const number = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    parts.push(bytes);
  };
  number(headers.size);
  for (const [name, value] of headers) {
    for (const text of [name, value]) {
      number(text.length);
      parts.push(Buffer.from(text, 'latin1'));
    }
  }
  return Buffer.concat(parts);
}
