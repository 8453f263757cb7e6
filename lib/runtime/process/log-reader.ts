import { closeSync, existsSync, fstatSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';
import type { LogFile, LogStream } from './log-file.js';
import { previousOf } from './log-file.js';

const BLOCK = 64 * 1024;
const NEWLINE = 10;
const readAt = promisify(read);

/** One line of a log file. */
export interface LogRecord {
  readonly timestamp: string;
  readonly stream: LogStream;
  readonly text: Buffer;
  /** The line goes on in the next record of its stream. */
  readonly partial: boolean;
}

/** How a log is read. */
export interface LogReadOptions {
  /** Records from the end to begin with; absent: all. Without `ended` there are no more than these, whatever is appended meanwhile. */
  readonly tail?: number | undefined;
  /** Goes on with what is appended until this answers true. Absent: ends at the end. */
  readonly ended?: (() => boolean) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The records of a log in order, in batches of what one read gave. The log may change files meanwhile. */
export async function* readRecords(log: LogFile, { tail, ended, signal }: LogReadOptions): AsyncGenerator<readonly LogRecord[]> {
  const cursor = new LogCursor(log);
  let left = ended ? Infinity : (tail ?? Infinity);
  try {
    if (tail !== undefined) await cursor.seekTail(tail);
    while (left > 0 && !signal?.aborted) {
      // Asked before the read: what is appended during it is read in the next round.
      const over = !ended || ended();
      const { generation } = log;
      const { version } = log.changes;
      const records = await cursor.read();
      if (records.length > 0) {
        yield records.slice(0, left);
        left -= records.length;
      } else if (cursor.nextFile(generation)) continue;
      else if (over) return;
      else await log.changes.since(version, signal);
    }
  } finally {
    cursor.close();
  }
}

/** A place in the files of a log. */
class LogCursor {
  readonly #log: LogFile;
  /** Descriptors, the one being read first. */
  #files: readonly number[];
  #generation: number;
  #position = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(log: LogFile) {
    this.#log = log;
    // Without a pause between: the files of one moment.
    this.#files = [previousOf(log.path), log.path].filter((path) => existsSync(path)).map((path) => openSync(path, 'r'));
    this.#generation = log.generation;
  }

  close(): void {
    for (const file of this.#files) closeSync(file);
    this.#files = [];
  }

  /** Moves so that `count` records follow. */
  async seekTail(count: number): Promise<void> {
    let left = count;
    for (let index = this.#files.length - 1; index >= 0; index--) {
      const { offset, found } = await tailOf(this.#files[index]!, left);
      left -= found;
      if (left > 0) continue;
      for (const file of this.#files.slice(0, index)) closeSync(file);
      this.#files = this.#files.slice(index);
      this.#position = offset;
      return;
    }
  }

  /** The records of the next block; none at the end of the file. */
  async read(): Promise<readonly LogRecord[]> {
    const [file] = this.#files;
    for (;;) {
      if (file === undefined) return [];
      const { bytesRead, buffer } = await readAt(file, Buffer.allocUnsafe(BLOCK), 0, BLOCK, this.#position);
      if (bytesRead === 0) return [];
      this.#position += bytesRead;
      const bytes = Buffer.concat([this.#rest, buffer.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      this.#rest = bytes.subarray(end);
      if (end > 0) return recordsOf(bytes.subarray(0, end));
    }
  }

  /** Goes to the next file, if there was one by `generation`. What the log has forgotten since is left out. */
  nextFile(generation: number): boolean {
    const behind = this.#files.length > 1;
    if (!behind && generation === this.#generation) return false;
    const [done, ...others] = this.#files;
    if (done !== undefined) closeSync(done);
    this.#files = behind ? others : [this.#openNext()];
    this.#position = 0;
    this.#rest = Buffer.alloc(0);
    return true;
  }

  #openNext(): number {
    const { generation, path } = this.#log;
    this.#generation = Math.max(this.#generation + 1, generation - 1);
    return openSync(this.#generation === generation ? path : previousOf(path), 'r');
  }
}

/** Where the last `count` lines of a file begin, or all of them when there are fewer. */
async function tailOf(file: number, count: number): Promise<{ readonly offset: number; readonly found: number }> {
  const { size } = fstatSync(file);
  if (count === 0 || size === 0) return { offset: size, found: 0 };
  let found = 0;
  for (let end = size - 1; end > 0;) {
    const start = Math.max(0, end - BLOCK);
    const { buffer } = await readAt(file, Buffer.allocUnsafe(end - start), 0, end - start, start);
    for (let at = buffer.lastIndexOf(NEWLINE); at >= 0; at = at === 0 ? -1 : buffer.lastIndexOf(NEWLINE, at - 1)) {
      if (++found === count) return { offset: start + at + 1, found };
    }
    end = start;
  }
  return { offset: 0, found: found + 1 };
}

const TIMESTAMP = 'YYYY-MM-DDThh:mm:ss.mmmZ'.length;
const STREAM = TIMESTAMP + 1;
const TAG = STREAM + 'stdout '.length;
const TEXT = TAG + 2;

/** `lines` ends with a line end. The format has fixed columns, as both streams' names are equally long. */
function recordsOf(lines: Buffer): LogRecord[] {
  const records: LogRecord[] = [];
  for (let start = 0; start < lines.length;) {
    const end = lines.indexOf(NEWLINE, start);
    if (end - start >= TEXT) records.push(recordOf(lines.subarray(start, end)));
    start = end + 1;
  }
  return records;
}

function recordOf(line: Buffer): LogRecord {
  return {
    timestamp: line.toString('latin1', 0, TIMESTAMP),
    stream: line.toString('latin1', STREAM, TAG - 1) as LogStream,
    partial: line[TAG] === 'P'.charCodeAt(0),
    text: line.subarray(TEXT),
  };
}
