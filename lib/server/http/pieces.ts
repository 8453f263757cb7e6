import type { Bytes } from '../../api/encode.js';
import { whole } from '../../api/encode.js';

/** Bytes of a piece. */
const PIECE = 256 * 1024;

/**
 * A body in pieces of about 256 KiB: what goes out is a few writes, not one for each object of a list. A body that fits one piece is
 * one. Of longer ones, two pieces take turns in the same memory: ask for the next one when the one before the last is done with.
 */
export function* piecesOf(body: Iterable<Bytes>): Generator<Buffer> {
  let parts: Bytes[] = [];
  let size = 0;
  let memory: readonly [Buffer, Buffer] | undefined;
  let turn: 0 | 1 = 0;
  const packed = () => {
    if (size > PIECE) return whole(parts, size); // a single part that is larger
    memory ??= [Buffer.allocUnsafeSlow(PIECE), Buffer.allocUnsafeSlow(PIECE)];
    const piece = memory[turn];
    turn = turn === 0 ? 1 : 0;
    let at = 0;
    for (const part of parts) {
      part.copy(piece, at);
      at += part.length;
    }
    return piece.subarray(0, size);
  };
  for (const part of body) {
    if (size > 0 && size + part.length > PIECE) {
      yield packed();
      [parts, size] = [[], 0];
    }
    parts.push(part);
    size += part.length;
  }
  if (size > 0) yield memory ? packed() : whole(parts, size);
}

/** The same pieces, and whether there is more than one: then the second has been asked for. */
export function peek(pieces: Iterator<Buffer>): {
  readonly first: Buffer | undefined;
  readonly all: Iterable<Buffer>;
  readonly several: boolean;
} {
  const [first, second] = [pieces.next(), pieces.next()];
  function* all(): Generator<Buffer> {
    if (!first.done) yield first.value;
    if (!second.done) yield second.value;
    for (let next = pieces.next(); !next.done; next = pieces.next()) yield next.value;
  }
  return { first: first.done ? undefined : first.value, all: all(), several: !second.done };
}
