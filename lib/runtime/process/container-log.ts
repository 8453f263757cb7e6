import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../base/environment.js';
import { LogFile } from './log-file.js';
import type { LogStream } from './log-file.js';
import { Spool } from './spool.js';
import { IO } from './wrapper.js';

/** Bytes copied before others get their turn. */
const SLICE = 16;
/** A spool that is read and this long is emptied. */
const LONGEST_SPOOL = 8 * 1024 * 1024;
const DEFAULT_LIMIT = 10 * 1024 * 1024;
const STREAMS: readonly LogStream[] = ['stdout', 'stderr'];

/** What a container's log is made with. */
export interface ContainerLogOptions {
  /** The container's own directory; spools are in `io` below it. */
  readonly directory: string;
  readonly path: string;
  /** Bytes. Default 10 MiB. */
  readonly limit?: number | undefined;
  readonly environment: Environment;
  /** Runs `work` while nothing is appended to the spools; false when that could not be had. */
  readonly paused: (work: () => void) => boolean;
}

/**
 * Carries a container's output from its spools into its log, line by line, with the time at which it was seen.
 *
 * How far it came is written down after each step, with the length that the log had: a successor takes back what was appended but not
 * written down, and copies it again. So a kubelib killed at any point loses and doubles no line.
 */
export class ContainerLog {
  readonly file: LogFile;
  readonly #options: ContainerLogOptions;
  readonly #spools: Readonly<Record<LogStream, Spool>>;
  #positions: number | undefined;
  #pumping: Promise<void> | undefined;

  constructor(options: ContainerLogOptions) {
    const { directory, path, limit = DEFAULT_LIMIT } = options;
    this.#options = options;
    this.file = new LogFile(path, limit);
    const spool = (name: string) => new Spool(join(directory, 'io', name), limit);
    this.#spools = { stdout: spool(IO.stdout), stderr: spool(IO.stderr) };
  }

  /** Opens the log, and goes on where a predecessor stopped. */
  open(): void {
    this.#positions = openSync(join(this.#options.directory, 'positions'), constants.O_RDWR | constants.O_CREAT, 0o600);
    const positions = readPositions(this.#positions);
    this.file.open(positions?.log);
    for (const stream of STREAMS) this.#spools[stream].open(positions?.[stream] ?? 0);
  }

  /** Copies what is new; calls made while it works are one with it. */
  pump(): Promise<void> {
    this.#pumping ??= this.#pump().finally(() => (this.#pumping = undefined));
    return this.#pumping;
  }

  /** Copies the rest, the last line also without an end, and closes. The container has ended. */
  async finish(): Promise<void> {
    await this.pump();
    for (const stream of STREAMS) this.#step(stream, true);
    this.close();
  }

  /** Lets go of the files; what is new waits in the spools for a successor. */
  close(): void {
    for (const stream of STREAMS) this.#spools[stream].close();
    if (this.#positions !== undefined) closeSync(this.#positions);
    this.#positions = undefined;
    this.file.close();
  }

  async #pump(): Promise<void> {
    for (let steps = 1; this.#stepAll(); steps++) {
      if (steps % SLICE === 0) await this.#options.environment.yield();
    }
    if (STREAMS.some((stream) => this.#spools[stream].offset >= LONGEST_SPOOL)) this.#options.paused(() => this.#emptySpools());
  }

  #stepAll(): boolean {
    return STREAMS.map((stream) => this.#step(stream, false)).some((more) => more);
  }

  #step(stream: LogStream, last: boolean): boolean {
    const timestamp = new Date(this.#options.environment.now()).toISOString();
    const spool = this.#spools[stream];
    const before = spool.offset;
    const more = spool.read((bytes) => this.file.append(stream, bytes, timestamp, last));
    if (spool.offset !== before) this.#writePositions();
    return more;
  }

  /** The writers stand still: what they wrote between the last look and their halt is read first. */
  #emptySpools(): void {
    while (this.#stepAll());
    for (const stream of STREAMS) this.#spools[stream].empty();
    this.#writePositions();
  }

  #writePositions(): void {
    if (this.#positions === undefined) return;
    const { inode, size } = this.file.position;
    const numbers = Float64Array.of(inode, size, this.#spools.stdout.offset, this.#spools.stderr.offset);
    writeSync(this.#positions, numbers, 0, numbers.byteLength, 0);
  }
}

function readPositions(file: number) {
  const numbers = new Float64Array(4);
  if (readSync(file, numbers, 0, numbers.byteLength, 0) < numbers.byteLength) return undefined;
  const [inode, size, stdout, stderr] = numbers as unknown as [number, number, number, number];
  return { log: { inode, size }, stdout, stderr };
}
