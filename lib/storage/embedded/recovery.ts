import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../base/environment.js';
import { planCommit, type Snapshot } from '../memory/commit-plan.js';
import type { HistoryLimits } from '../memory/history.js';
import { OrderedTree } from '../memory/ordered-tree.js';
import { RevisionedTree } from '../memory/revisioned-tree.js';
import type { Revision } from '../storage.js';
import { continuationOf, writesOf } from './commit-codec.js';
import { CommitLog, type SealedSegment } from './commit-log.js';
import { corrupt } from './disk-error.js';
import { type DataFiles, findFiles, removeLeftovers } from './files.js';
import type { LogRecord } from './record.js';
import { Scratch } from './scratch.js';
import { createSegment, type SegmentHeader, SegmentWriter } from './segment.js';
import { scanSegment, type SegmentScan } from './segment-scan.js';
import { readSnapshot } from './snapshot-file.js';

/** What recovery needs to know. */
export interface RecoveryOptions {
  readonly directory: string;
  readonly environment: Environment;
  readonly history?: HistoryLimits | undefined;
  readonly segmentBytes: number;
}

/** A store as it was found. */
export interface Recovered {
  readonly tree: RevisionedTree;
  readonly log: CommitLog;
  /** Bytes of the snapshot. */
  readonly snapshotBytes: number;
  /** Whether a group was cut off at the end: it was being written when the last process ended. */
  readonly torn: boolean;
}

const NO_LIMITS = { commitBytes: Infinity };
/** The first segment is small, so that a new store is there at once. */
const FIRST_SEGMENT = 1024 * 1024;

/** Brings back what the directory holds: the latest snapshot, and the log from there on. Throws `Corrupt` on any damage. */
export async function recover(options: RecoveryOptions): Promise<Recovered> {
  const { directory, environment, history, segmentBytes } = options;
  await removeLeftovers(directory);
  const files = await findFiles(directory);
  const base = await readBase(directory, files.snapshots);
  const tree = new RevisionedTree({ environment, history, base });
  if (base.sequence === 0 && files.segments.length === 0) {
    await createSegment(directory, 1, Math.min(FIRST_SEGMENT, segmentBytes), environment);
    return recover(options);
  }
  const scans = await replay(options, tree, base, files.segments);
  return { tree, log: await openLog(options, tree, scans), snapshotBytes: base.bytes, torn: scans.some(({ scan }) => !scan.clean) };
}

interface Base extends Snapshot {
  /** The first segment that must be there; 0: none, or the very first. */
  readonly sequence: number;
  readonly bytes: number;
}

async function readBase(directory: string, snapshots: readonly { readonly name: string }[]): Promise<Base> {
  const latest = snapshots.at(-1);
  for (const { name } of snapshots.slice(0, -1)) await rm(join(directory, name));
  return latest ? readSnapshot(directory, latest.name) : { revision: 1, tree: OrderedTree.empty, sequence: 0, bytes: 0 };
}

interface Replayed {
  readonly scan: Omit<SegmentScan, 'records'>;
  /** The last commit up to its end. */
  readonly revision: Revision;
  readonly empty: boolean;
  /** Whether the log goes on in the next segment, even when that is empty. */
  readonly continued: boolean;
}

async function replay(
  { directory }: RecoveryOptions,
  tree: RevisionedTree,
  base: Base,
  segments: DataFiles['segments'],
): Promise<Replayed[]> {
  const replayed: Replayed[] = [];
  const first = base.sequence || 1;
  const scratch = new Scratch();
  for (const { name, sequence } of segments) if (sequence < first) await rm(join(directory, name));
  let gap: Replayed | undefined; // a segment that ends early: only empty ones may follow
  for (const [i, { sequence }] of segments.filter((segment) => segment.sequence >= first).entries()) {
    if (sequence !== first + i) throw missing(directory, first + i);
    const { records, ...scan } = await scanSegment(directory, sequence, scratch);
    if (gap && records.length > 0)
      throw corrupt(join(directory, gap.scan.header.name), gap.scan.end, 'a record is unreadable, and later segments have good ones');
    for (const record of records) applyRecord(tree, record, join(directory, scan.header.name));
    const continued = records.some((record) => continuationOf(record) !== undefined);
    const one = { scan, revision: tree.head.revision, empty: records.length === 0, continued };
    if (!scan.clean) gap = one;
    replayed.push(one);
  }
  if (replayed.length === 0 || replayed.at(-1)!.continued) throw missing(directory, first + replayed.length);
  return replayed;
}

function missing(directory: string, sequence: number): Error {
  return corrupt(join(directory, `log-${String(sequence).padStart(10, '0')}`), 0, 'the file is missing');
}

/** Records that the snapshot holds already are passed over; after them each commit must be the next one. */
function applyRecord(tree: RevisionedTree, { kind, revision, payload, offset }: LogRecord, file: string): void {
  if (kind === 'close') return;
  if (kind === 'compact') return tree.compact(Math.min(revision, tree.head.revision));
  if (revision <= tree.head.revision) return;
  if (revision !== tree.head.revision + 1) throw corrupt(file, offset, `revision ${revision} follows ${tree.head.revision}`);
  try {
    tree.publish(planCommit(tree.head, writesOf(payload), [], NO_LIMITS));
  } catch (error) {
    throw corrupt(file, offset, 'a commit does not fit what precedes it', error);
  }
}

/** The log goes on in the last segment that has records, or in the one that those name; an empty one behind it is its spare. */
async function openLog(
  { directory, environment, segmentBytes }: RecoveryOptions,
  tree: RevisionedTree,
  replayed: readonly Replayed[],
): Promise<CommitLog> {
  const last = Math.max(
    0,
    replayed.findLastIndex(({ empty, scan }) => !empty || !scan.clean),
    replayed.findLastIndex(({ continued }) => continued) + 1,
  );
  const { scan } = replayed[last]!;
  const current = await SegmentWriter.open(directory, scan.header, scan.end);
  if (!scan.clean) await current.wipe(scan.end, scan.header.size);
  const sealed: SealedSegment[] = replayed.slice(0, last).map((one) => ({ header: one.scan.header, revision: one.revision }));
  const spare: SegmentHeader | undefined = replayed[last + 1]?.scan.header;
  return new CommitLog({ directory, environment, segmentBytes, sealed, current, revision: tree.head.revision, spare });
}
