import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Snapshot } from '../memory/commit-plan.js';
import { OrderedTree } from '../memory/ordered-tree.js';
import { ownBytes } from '../own-bytes.js';
import type { Entry } from '../storage.js';
import { corrupt, unknownFormat } from './disk-error.js';
import { createFile, snapshotName, writeFully } from './files.js';
import { Scratch } from './scratch.js';

const MAGIC = 'KUBESNAP';
/** Raise it with every change that this version would misread. The header keeps its length and its checksum's place in all formats. */
const FORMAT = 1;
const HEADER = 64;
const BLOCK_HEADER = 8;
const BLOCK = 512 * 1024;
/** Of each entry: bytes of key, bytes of value, revision. */
const ENTRY_HEADER = 16;
/** Entries taken from the tree at a time. */
const SLICE = 128;

/** What a snapshot says of itself. */
export interface SnapshotInfo {
  readonly revision: number;
  readonly count: number;
  /** The first segment of the log that goes on from here. */
  readonly sequence: number;
}

/** Writes a snapshot, durable and under its name once resolved. Gives its size in bytes. Writes block after block: others run in between. */
export async function writeSnapshot(directory: string, { revision, tree }: Snapshot, sequence: number): Promise<number> {
  let at = HEADER;
  await createFile(directory, snapshotName(revision), async (file) => {
    await writeFully(file, headerBytes({ revision, count: tree.size, sequence }), 0);
    for (const block of blocksOf(tree)) {
      await writeFully(file, block, at);
      at += block.length;
    }
  });
  return at;
}

/** Reads a snapshot, block after block into the same memory. Throws `Corrupt` at the first thing that is wrong. */
export async function readSnapshot(directory: string, name: string): Promise<Snapshot & SnapshotInfo & { readonly bytes: number }> {
  const path = join(directory, name);
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const scratch = new Scratch();
    const read = (at: number, length: number) => {
      if (at + length > size) throw corrupt(path, at, 'the file ends before it should');
      return scratch.read(file, at, length);
    };
    const info = headerOf(await read(0, HEADER), path);
    const entries: Entry[] = [];
    let at = HEADER;
    while (at < size) {
      const head = await read(at, BLOCK_HEADER);
      const [checksum, length] = [head.readUInt32LE(0), head.readUInt32LE(4)];
      const block = await read(at + BLOCK_HEADER, length);
      if (crc32(block, length) !== checksum) throw corrupt(path, at, 'the checksum of a block is wrong');
      readEntries(block, entries);
      at += BLOCK_HEADER + block.length;
    }
    if (entries.length !== info.count) throw corrupt(path, size, `it has ${entries.length} entries of ${info.count}`);
    return { ...info, tree: OrderedTree.fromSorted(entries), bytes: size };
  } finally {
    await file.close();
  }
}

function headerBytes({ revision, count, sequence }: SnapshotInfo): Buffer {
  const bytes = Buffer.alloc(HEADER);
  bytes.write(MAGIC, 'latin1');
  bytes.writeUInt32LE(FORMAT, 8);
  bytes.writeUInt32LE(sequence, 12);
  bytes.writeDoubleLE(revision, 16);
  bytes.writeDoubleLE(count, 24);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, HEADER - 4)), HEADER - 4);
  return bytes;
}

function headerOf(bytes: Buffer, path: string): SnapshotInfo {
  if (bytes.toString('latin1', 0, 8) !== MAGIC) throw corrupt(path, 0, 'not a snapshot');
  if (crc32(bytes.subarray(0, HEADER - 4)) !== bytes.readUInt32LE(HEADER - 4))
    throw corrupt(path, 0, 'the checksum of its header is wrong');
  if (bytes.readUInt32LE(8) !== FORMAT) throw unknownFormat(path, bytes.readUInt32LE(8), FORMAT);
  return { sequence: bytes.readUInt32LE(12), revision: bytes.readDoubleLE(16), count: bytes.readDoubleLE(24) };
}

/** Each block: CRC-32 of its entries (begun with their length), their length, the entries. */
function* blocksOf(tree: OrderedTree): Generator<Buffer> {
  let waiting: Entry[] = [];
  let bytes = 0;
  for (let from = 0; from < tree.size; from += SLICE) {
    for (const entry of tree.slice(from, from + SLICE)) {
      waiting.push(entry);
      bytes += entryBytes(entry);
      if (bytes < BLOCK) continue;
      yield blockOf(waiting, bytes);
      waiting = [];
      bytes = 0;
    }
  }
  if (waiting.length > 0) yield blockOf(waiting, bytes);
}

function blockOf(entries: readonly Entry[], bytes: number): Buffer {
  const block = Buffer.allocUnsafe(BLOCK_HEADER + bytes);
  let at = BLOCK_HEADER;
  for (const { key, value, revision } of entries) {
    const keyBytes = block.write(key, at + ENTRY_HEADER);
    block.writeUInt32LE(keyBytes, at);
    block.writeUInt32LE(value.length, at + 4);
    block.writeDoubleLE(revision, at + 8);
    block.set(value, at + ENTRY_HEADER + keyBytes);
    at += ENTRY_HEADER + keyBytes + value.length;
  }
  block.writeUInt32LE(crc32(block.subarray(BLOCK_HEADER), bytes), 0);
  block.writeUInt32LE(bytes, 4);
  return block;
}

function entryBytes({ key, value }: Entry): number {
  return ENTRY_HEADER + Buffer.byteLength(key) + value.length;
}

function readEntries(block: Buffer, into: Entry[]): void {
  for (let at = 0; at < block.length;) {
    const keyEnd = at + ENTRY_HEADER + block.readUInt32LE(at);
    const valueEnd = keyEnd + block.readUInt32LE(at + 4);
    const key = block.toString('utf8', at + ENTRY_HEADER, keyEnd);
    into.push({ key, value: ownBytes(block.subarray(keyEnd, valueEnd)), revision: block.readDoubleLE(at + 8) });
    at = valueEnd;
  }
}
