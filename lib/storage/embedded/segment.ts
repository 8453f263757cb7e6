import { constants, write } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import type { Environment } from '../../base/environment.js';
import { corrupt, unknownFormat } from './disk-error.js';
import { createFile, segmentName, writeFully } from './files.js';
import type { Scratch } from './scratch.js';

const MAGIC = 'KUBELOG\n';
/**
 * Raise it with every change that this version would misread, a new kind of record included: it would be taken for one that was
 * cut off. The header keeps its length and its checksum's place in all formats.
 */
const FORMAT = 1;
/** Where records begin. */
export const SEGMENT_HEADER = 32;
const ZEROS = Buffer.alloc(1024 * 1024);

/**
 * On Linux a write through O_DSYNC is durable when it returns: one trip to the thread pool a group instead of two. Elsewhere
 * the flag is absent or too weak (macOS leaves data in the drive), and each write is followed by a sync.
 */
const SYNCED_WRITES = process.platform === 'linux';
const writeAt = promisify(write);

/** A file of the log: all of its bytes were allocated when it was made, so that writing into it needs no space and no metadata. */
export interface SegmentHeader {
  readonly name: string;
  readonly sequence: number;
  readonly size: number;
  readonly salt: number;
}

/** Makes an empty segment and its header. */
export async function createSegment(directory: string, sequence: number, size: number, environment: Environment): Promise<SegmentHeader> {
  const name = segmentName(sequence);
  const salt = Buffer.from(environment.randomBytes(4)).readUInt32LE();
  const header = { name, sequence, size, salt };
  await createFile(directory, name, async (file) => {
    for (let at = 0; at < size; at += ZEROS.length) await writeFully(file, ZEROS.subarray(0, Math.min(ZEROS.length, size - at)), at);
    await writeFully(file, headerBytes(header), 0);
  });
  return header;
}

/** Reads a whole segment and checks its header. The bytes are those of `scratch`. */
export async function readSegment(
  directory: string,
  sequence: number,
  scratch: Scratch,
): Promise<SegmentHeader & { readonly bytes: Buffer }> {
  const name = segmentName(sequence);
  const file = join(directory, name);
  const bytes = await readWhole(file, scratch);
  const bad = (what: string) => corrupt(file, 0, what);
  if (bytes.length < SEGMENT_HEADER || bytes.toString('latin1', 0, 8) !== MAGIC) throw bad('not a log segment');
  if (crc32(bytes.subarray(0, 28)) !== bytes.readUInt32LE(28)) throw bad('the checksum of its header is wrong');
  if (bytes.readUInt32LE(8) !== FORMAT) throw unknownFormat(file, bytes.readUInt32LE(8), FORMAT);
  if (bytes.readUInt32LE(12) !== sequence) throw bad(`it is segment ${bytes.readUInt32LE(12)} under another name`);
  const header = { name, sequence, size: bytes.readUInt32LE(16), salt: bytes.readUInt32LE(20), bytes };
  if (header.size !== bytes.length) throw corrupt(file, bytes.length, `it should have ${header.size} bytes`);
  return header;
}

async function readWhole(path: string, scratch: Scratch): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    return await scratch.read(file, 0, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

function headerBytes({ sequence, size, salt }: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER);
  bytes.write(MAGIC, 'latin1');
  bytes.writeUInt32LE(FORMAT, 8);
  bytes.writeUInt32LE(sequence, 12);
  bytes.writeUInt32LE(size, 16);
  bytes.writeUInt32LE(salt, 20);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 28)), 28);
  return bytes;
}

/** A segment open for durable writes. */
export class SegmentWriter {
  private constructor(
    readonly header: SegmentHeader,
    readonly file: FileHandle,
    /** Where the next record goes. */
    public end: number,
  ) {}

  static async open(directory: string, header: SegmentHeader, end: number): Promise<SegmentWriter> {
    const flags = constants.O_RDWR | (SYNCED_WRITES ? constants.O_DSYNC : 0);
    return new SegmentWriter(header, await open(join(directory, header.name), flags), end);
  }

  /** Bytes that still fit. */
  get room(): number {
    return this.header.size - this.end;
  }

  /** Writes at an offset; durable once resolved. */
  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      done += (await writeAt(this.file.fd, bytes, done, bytes.length - done, position + done)).bytesWritten;
    }
    if (!SYNCED_WRITES) await this.file.datasync();
  }

  /** Makes a part all zeros again. */
  async wipe(from: number, to: number): Promise<void> {
    for (let at = from; at < to; at += ZEROS.length) await this.write(ZEROS.subarray(0, Math.min(ZEROS.length, to - at)), at);
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
