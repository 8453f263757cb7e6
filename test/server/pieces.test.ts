import { expect } from 'chai';
import { peek, piecesOf } from '../../lib/server/http/pieces.js';

const PIECE = 256 * 1024;

/** Parts of the given lengths, each of another letter. */
const parts = (...lengths: number[]) => lengths.map((length, i) => Buffer.alloc(length, 97 + (i % 26)));

/** What comes out, each piece as it was when its turn had come. */
function taken(pieces: Iterable<Buffer>): string[] {
  const texts: string[] = [];
  for (const piece of pieces) texts.push(piece.toString());
  return texts;
}

describe('piecesOf', () => {
  it('joins what fits one piece, in memory of its size', () => {
    const [piece, ...others] = piecesOf(parts(10, 20, 30));
    expect(piece!.toString()).to.equal(Buffer.concat(parts(10, 20, 30)).toString());
    expect(others).to.deep.equal([]);
    expect([...piecesOf([])]).to.deep.equal([]);
  });

  it('gives a single Buffer as it is', () => {
    const [part] = parts(3 * PIECE);
    expect([...piecesOf([part!])]).to.deep.equal([part]);
    expect([...piecesOf([part!])][0]).to.equal(part);
  });

  it('cuts no part and loses none', () => {
    const body = parts(PIECE - 1, 1, 1, PIECE, PIECE + 1, 5, 100_000, 100_000, 100_000, 7);
    const pieces = taken(piecesOf(body));
    expect(pieces.join('')).to.equal(Buffer.concat(body).toString());
    expect(pieces.map(({ length }) => length)).to.deep.equal([PIECE, 1, PIECE, PIECE + 1, 200_005, 100_007]);
  });

  it('leaves the piece before alone while the next one is made', () => {
    const pieces = piecesOf(parts(...Array.from({ length: 12 }, () => PIECE / 2)));
    let before: { readonly piece: Buffer; readonly text: string } | undefined;
    let memory = new Set<unknown>();
    for (const piece of pieces) {
      if (before) expect(before.piece.toString()).to.equal(before.text);
      before = { piece, text: piece.toString() };
      memory = memory.add(piece.buffer);
    }
    expect(memory.size).to.equal(2);
  });

  it('makes nothing of a part before its turn', () => {
    let made = 0;
    function* body() {
      for (const part of parts(...Array.from({ length: 10 }, () => PIECE))) {
        made++;
        yield part;
      }
    }
    const { several, all } = peek(piecesOf(body()));
    expect([several, made]).to.deep.equal([true, 3]);
    expect(taken(all)).to.have.lengthOf(10);
  });
});
