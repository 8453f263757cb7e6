import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Changes } from '../changes.js';

/** Which of its two outputs a container printed to. */
export type LogStream = 'stdout' | 'stderr';

/** Longer lines are kept in parts of this size, as CRI runtimes do. */
const LONGEST_LINE = 16 * 1024;
const NEWLINE = 10;

/** Where a log stood when it was last written: enough to take back what was appended without being accounted for. */
export interface LogPosition {
  readonly inode: number;
  readonly size: number;
}

/**
 * A container's log on disk, one line a line: `2026-03-04T05:06:07.089Z stdout F text`, the format of Kubernetes' CRI runtimes (`P`: the line
 * goes on in the next one of its stream).
 *
 * Held to its limit by two files: when the current one is half the limit long it becomes `<path>.1`, in place of the one before.
 */
export class LogFile {
  readonly path: string;
  /** Appends, changes of files, and closing. */
  readonly changes = new Changes();
  readonly #half: number;
  #file: number | undefined;
  #size = 0;
  #inode = 0;
  #generation = 0;

  constructor(path: string, limit: number) {
    this.path = path;
    this.#half = limit / 2;
  }

  /** One more after each change of files. */
  get generation(): number {
    return this.#generation;
  }

  get position(): LogPosition {
    return { inode: this.#inode, size: this.#size };
  }

  /** Opens it for appending. With a `position`, forgets what was appended after it. */
  open(position?: LogPosition): void {
    mkdirSync(dirname(this.path), { recursive: true });
    if (position) this.#forgetAfter(position);
    this.#openFile();
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.changes.tell();
  }

  /** Removes both files. */
  remove(): void {
    this.close();
    for (const path of [this.path, previousOf(this.path)]) rmSync(path, { force: true });
  }

  /**
   * Appends the whole lines of `output`, or all of it when it is the `last`. Gives the number of bytes taken.
   * A line without end that is longer than 16 KiB is taken in parts.
   */
  append(stream: LogStream, output: Buffer, timestamp: string, last: boolean): number {
    const parts: Buffer[] = [];
    const heads = { F: Buffer.from(`${timestamp} ${stream} F `), P: Buffer.from(`${timestamp} ${stream} P `) };
    let taken = 0;
    while (taken < output.length) {
      const end = output.indexOf(NEWLINE, taken);
      const length = (end < 0 ? output.length : end) - taken;
      if (end < 0 && length < LONGEST_LINE && !last) break;
      const whole = end >= 0 && length <= LONGEST_LINE;
      const stop = whole ? end : taken + Math.min(length, LONGEST_LINE);
      parts.push(heads[whole ? 'F' : 'P'], output.subarray(taken, stop), LINE_END);
      taken = whole ? stop + 1 : stop;
    }
    if (parts.length > 0) this.#write(Buffer.concat(parts));
    return taken;
  }

  #write(bytes: Buffer): void {
    if (this.#file === undefined) return;
    for (let written = 0; written < bytes.length;) written += writeSync(this.#file, bytes, written);
    this.#size += bytes.length;
    if (this.#size >= this.#half) this.#rotate();
    this.changes.tell();
  }

  #rotate(): void {
    closeSync(this.#file!);
    renameSync(this.path, previousOf(this.path));
    this.#generation++;
    this.#openFile();
  }

  #openFile(): void {
    this.#file = openSync(this.path, 'a', 0o640);
    const { ino, size } = fstatSync(this.#file);
    this.#inode = ino;
    this.#size = size;
  }

  /** The position's file may have become the previous one since; then all of the current one came after it. */
  #forgetAfter({ inode, size }: LogPosition): void {
    const files = [this.path, previousOf(this.path)].filter((path) => existsSync(path));
    const index = files.findIndex((path) => statSync(path).ino === inode);
    for (const [at, path] of files.entries()) {
      if (at < index) truncateSync(path, 0);
      else if (at === index && statSync(path).size > size) truncateSync(path, size);
    }
  }
}

const LINE_END = Buffer.from('\n');

/** Where the older half of a log lies. */
export function previousOf(path: string): string {
  return `${path}.1`;
}
