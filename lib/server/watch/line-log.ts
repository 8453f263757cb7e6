/** Bytes that stand together in memory. */
export interface Stretch {
  readonly slab: Buffer;
  readonly from: number;
  readonly to: number;
}

const SMALLEST = 8 * 1024;
const LARGEST = 256 * 1024;
const LINE_END = Buffer.from('\r\n');

/**
 * The lines that watchers of the same objects are sent, one behind the other in memory: what a watcher has not been sent yet is one
 * stretch of it, however many lines that are, and is written without a copy of its own.
 */
export class LineLog {
  readonly #chunked: boolean;
  #slab = Buffer.alloc(0);
  #used = 0;
  #last: Buffer | undefined;
  #place: Stretch = { slab: this.#slab, from: 0, to: 0 };

  /** `chunked`: each line is a chunk of HTTP/1.1's chunked coding (RFC 9112, 7.1), so that any number of them may be written as they are. */
  constructor(chunked: boolean) {
    this.#chunked = chunked;
  }

  /** Where a line stands: behind the one that was put there before. Asked again for the last line, it is the same place. */
  place(line: Buffer): Stretch {
    if (line === this.#last) return this.#place;
    const head = this.#chunked ? `${line.length.toString(16)}\r\n` : '';
    const length = head.length + line.length + (this.#chunked ? LINE_END.length : 0);
    if (this.#used + length > this.#slab.length) this.#renew(length);
    const from = this.#used;
    this.#slab.write(head, from, 'latin1');
    line.copy(this.#slab, from + head.length);
    if (this.#chunked) LINE_END.copy(this.#slab, from + length - LINE_END.length);
    this.#used += length;
    this.#last = line;
    this.#place = { slab: this.#slab, from, to: this.#used };
    return this.#place;
  }

  /** Keeps no memory any more; those who have stretches of it keep theirs. */
  forget(): void {
    this.#slab = Buffer.alloc(0);
    this.#used = 0;
    this.#last = undefined;
    this.#place = { slab: this.#slab, from: 0, to: 0 };
  }

  /** A few watchers that are told little need little memory; where much is going on, slabs soon are large. */
  #renew(length: number): void {
    this.#slab = Buffer.allocUnsafeSlow(Math.max(length, Math.min(LARGEST, Math.max(SMALLEST, this.#slab.length * 2))));
    this.#used = 0;
  }
}
