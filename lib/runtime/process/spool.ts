import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

/** Read at once; also the longest run of bytes without a line end that is looked at. */
const BLOCK = 64 * 1024;
/** All spools of the process read into this one: reading is synchronous and nothing keeps the bytes. */
const buffer = Buffer.allocUnsafe(BLOCK);

/** A file that a `cat` appends a container's output to, and the place up to which it went into the log. */
export class Spool {
  readonly #path: string;
  readonly #limit: number;
  #file: number | undefined;
  #offset = 0;
  /** Set after a jump over old output: the next line is a fragment. */
  #midLine = false;

  /** More than `limit` bytes of arrears are not worth copying: the log would forget them at once. */
  constructor(path: string, limit: number) {
    this.#path = path;
    this.#limit = limit;
  }

  get offset(): number {
    return this.#offset;
  }

  open(offset: number): void {
    this.#file = openSync(this.#path, 'a+', 0o600);
    // Shorter than what was taken from it: emptied just before kubelib died.
    this.#offset = offset > this.#size() ? 0 : offset;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** Gives what is new, at most a block, to `take`, which answers how much it took. True: there may be more at once. */
  read(take: (bytes: Buffer) => number): boolean {
    if (this.#file === undefined) return false;
    this.#skipArrears();
    const length = readSync(this.#file, buffer, 0, BLOCK, this.#offset);
    const fragment = this.#midLine ? lengthOfFirstLine(buffer.subarray(0, length)) : 0;
    if (fragment > 0) this.#midLine = false;
    this.#offset += fragment + take(buffer.subarray(fragment, length));
    return length === BLOCK;
  }

  /** Frees the disk, keeping what was not taken: the beginning of a line. Only while nobody appends. */
  empty(): void {
    if (this.#file === undefined) return;
    const length = readSync(this.#file, buffer, 0, BLOCK, this.#offset);
    ftruncateSync(this.#file, 0);
    if (length > 0) writeSync(this.#file, buffer, 0, length);
    this.#offset = 0;
  }

  #skipArrears(): void {
    const size = this.#size();
    if (size - this.#offset <= this.#limit) return;
    this.#offset = size - this.#limit;
    this.#midLine = true;
  }

  #size(): number {
    return fstatSync(this.#file!).size;
  }
}

/** With its line end; all of `bytes` when it has none. */
function lengthOfFirstLine(bytes: Buffer): number {
  const end = bytes.indexOf(10);
  return end < 0 ? bytes.length : end + 1;
}
