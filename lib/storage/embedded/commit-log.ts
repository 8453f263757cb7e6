import { rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../base/environment.js';
import { StorageError } from '../storage-error.js';
import type { Revision } from '../storage.js';
import { CONTINUATION, continuationRecord } from './commit-codec.js';
import { diskError } from './disk-error.js';
import { syncDirectory } from './files.js';
import { type NewRecord, recordBytes, writeRecord } from './record.js';
import { createSegment, SEGMENT_HEADER, type SegmentHeader, SegmentWriter } from './segment.js';

/** A segment that is full. */
export interface SealedSegment {
  readonly header: SegmentHeader;
  /** The last commit up to the end of it. */
  readonly revision: Revision;
}

/** What {@link CommitLog} needs. */
export interface CommitLogOptions {
  readonly directory: string;
  readonly environment: Environment;
  /** Bytes of a new segment at most; the first ones are smaller. */
  readonly segmentBytes: number;
  readonly sealed: readonly SealedSegment[];
  readonly current: SegmentWriter;
  readonly revision: Revision;
  /** An empty segment that is ready, if there is one. */
  readonly spare?: SegmentHeader | undefined;
}

const SMALLEST = 256 * 1024;
/** Bytes at the end of a segment that are kept for the record that names the next one. */
const RESERVE = recordBytes(CONTINUATION);
/** The buffer in which groups are put together; a larger group gets one of its own. */
const BUFFER = 1024 * 1024;

/**
 * The append-only log: preallocated segments, written a group of records at a time.
 *
 * One group is written at a time. A group that could not be written is wiped out again, so that what failed is surely not
 * there; when even that fails, the outcome is `Unknown` and the log refuses to go on.
 */
export class CommitLog {
  readonly #options: CommitLogOptions;
  readonly #buffer = Buffer.allocUnsafe(BUFFER);
  #sealed: SealedSegment[];
  #current: SegmentWriter;
  #revision: Revision;
  #spare: SegmentHeader | undefined;
  #allocating: Promise<void> | undefined;
  #spareFailed = false;
  #broken: StorageError | undefined;

  constructor(options: CommitLogOptions) {
    this.#options = options;
    this.#sealed = [...options.sealed];
    this.#current = options.current;
    this.#revision = options.revision;
    this.#spare = options.spare;
  }

  /** Full segments, oldest first. */
  get sealed(): readonly SealedSegment[] {
    return this.#sealed;
  }

  /** The segment that is being written. */
  get current(): SegmentHeader {
    return this.#current.header;
  }

  /**
   * Writes as many of the records as go into one group, at least one; durable once resolved. Gives how many.
   *
   * Throws `Full` or `Unavailable` when nothing was written, `Unknown` when that is not sure.
   */
  async append(records: readonly NewRecord[]): Promise<number> {
    if (this.#broken) throw new StorageError('Unavailable', 'the log failed before; start the store again', { cause: this.#broken });
    if (recordBytes(records[0]!.payloadBytes) > this.#room) await this.#roll(records[0]!);
    const { count, bytes } = this.#group(records);
    const group = this.#encode(records.slice(0, count), bytes);
    await this.#write(group);
    this.#current.end += bytes;
    this.#revision = Math.max(this.#revision, records[count - 1]!.revision);
    if (this.#room < this.#current.header.size / 2) this.#prepareSpare();
    return count;
  }

  /** Removes the sealed segments whose commits all lie at or before `revision`. */
  async forget(revision: Revision): Promise<void> {
    while (this.#sealed[0] !== undefined && this.#sealed[0].revision <= revision) {
      await rm(join(this.#options.directory, this.#sealed[0].header.name), { force: true });
      this.#sealed.shift();
    }
    await syncDirectory(this.#options.directory);
  }

  async close(): Promise<void> {
    await this.#allocating;
    await this.#current.close();
  }

  /** Bytes of records that still fit. */
  get #room(): number {
    return this.#current.room - RESERVE;
  }

  #group(records: readonly NewRecord[]): { count: number; bytes: number } {
    let bytes = 0;
    for (const [count, record] of records.entries()) {
      const next = bytes + recordBytes(record.payloadBytes);
      if (next > this.#room) return { count, bytes };
      bytes = next;
    }
    return { count: records.length, bytes };
  }

  #encode(records: readonly NewRecord[], bytes: number): Buffer {
    const buffer = bytes <= BUFFER ? this.#buffer : Buffer.allocUnsafe(bytes);
    const { end: group, header } = this.#current;
    let at = 0;
    for (const record of records) at = writeRecord(buffer, at, record, { salt: header.salt, offset: group + at, group });
    return buffer.subarray(0, bytes);
  }

  async #write(group: Buffer): Promise<void> {
    const segment = this.#current;
    try {
      await segment.write(group, segment.end);
    } catch (error) {
      await this.#undo(segment, group.length, error);
      throw diskError(`cannot write ${segment.header.name}`, error);
    }
  }

  async #undo(segment: SegmentWriter, bytes: number, cause: unknown): Promise<void> {
    try {
      await segment.wipe(segment.end, segment.end + bytes);
    } catch (error) {
      this.#broken = new StorageError('Unknown', `${segment.header.name} can neither be written nor repaired: ${String(error)}`, { cause });
      throw this.#broken;
    }
  }

  /** Goes on in the next segment. Throws `Full` when there is no space for it; then everything stays as it is. */
  async #roll(first: NewRecord): Promise<void> {
    await this.#allocating;
    const needed = SEGMENT_HEADER + recordBytes(first.payloadBytes) + RESERVE;
    if (this.#spare !== undefined && this.#spare.size < needed) await this.#dropSpare(this.#spare);
    this.#spare ??= await this.#allocate(needed);
    const next = await SegmentWriter.open(this.#options.directory, this.#spare, SEGMENT_HEADER).catch((error: unknown) => {
      throw diskError('cannot open the next segment of the log', error);
    });
    try {
      await this.#writeContinuation(next.header.sequence);
    } catch (error) {
      await next.close();
      throw error;
    }
    const full = this.#current;
    this.#sealed.push({ header: full.header, revision: this.#revision });
    this.#current = next;
    this.#spare = undefined;
    this.#spareFailed = false;
    await full.close();
  }

  /** From here on the next segment, which is durable by now, must be there. One that an older version has filled to the brim goes without. */
  async #writeContinuation(sequence: number): Promise<void> {
    if (this.#current.room < RESERVE) return;
    await this.#write(this.#encode([continuationRecord(this.#revision, sequence)], RESERVE));
  }

  /** Twice the last size, up to the limit; less when the disk has no room for it. */
  async #allocate(needed: number): Promise<SegmentHeader> {
    const { directory, environment, segmentBytes } = this.#options;
    const { sequence, size } = this.#current.header;
    try {
      const { bavail, bsize } = await statfs(directory);
      let bytes = Math.min(segmentBytes, size * 2);
      while (bytes > Math.max(SMALLEST, bavail * bsize)) bytes = Math.floor(bytes / 2);
      return await createSegment(directory, sequence + 1, Math.max(bytes, needed), environment);
    } catch (error) {
      throw diskError('cannot make the next segment of the log', error);
    }
  }

  async #dropSpare(spare: SegmentHeader): Promise<void> {
    await rm(join(this.#options.directory, spare.name), { force: true });
    this.#spare = undefined;
  }

  /** Makes the next segment ahead of its time. A failure is none: the segment is made when it is needed, or that commit fails. */
  #prepareSpare(): void {
    if (this.#spare !== undefined || this.#allocating !== undefined || this.#spareFailed) return;
    this.#allocating = this.#allocate(0).then(
      (spare) => {
        this.#spare = spare;
        this.#allocating = undefined;
      },
      () => {
        this.#spareFailed = true;
        this.#allocating = undefined;
      },
    );
  }
}
