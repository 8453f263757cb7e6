import type { Readable } from 'node:stream';

/** A piece of a container's output. */
export interface Frame {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Buffer;
}

const HEADER = 8;

/** Splits the engine's mixed stream: each frame has a header with the output's number and the length. A terminal's stream has no headers. */
export async function* framesOf(source: Readable, terminal: boolean): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source as AsyncIterable<Buffer>) {
    if (terminal) {
      yield { stream: 'stdout', data: chunk };
      continue;
    }
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    while (rest.length - start >= HEADER) {
      const end = start + HEADER + rest.readUInt32BE(start + 4);
      if (rest.length < end) break;
      yield { stream: rest[start] === 2 ? 'stderr' : 'stdout', data: rest.subarray(start + HEADER, end) };
      start = end;
    }
    rest = rest.subarray(start);
  }
}
