import { StorageError } from '../storage-error.js';
import type { Entry, ListRange, Page, Revision } from '../storage.js';
import type { Cluster } from './client/cluster.js';
import { entryOf } from './entries.js';
import { prefixRange } from './key-range.js';
import { range, type RangeResponse } from './wire/kv.js';

/** Entries of the first answer, before it is known how large they are. */
const FIRST = 100;
/** Entries of a later one, at most. */
const MOST = 10_000;
/** Bytes of keys and values that an answer should come to. */
const TARGET = 8 * 1024 * 1024;

/**
 * One page of a prefix, read in several answers of some megabytes, all at one revision.
 *
 * Should etcd forget that revision meanwhile, all begins anew, unless the caller has asked for just this one.
 */
export async function readPage(cluster: Cluster, prefix: string, wanted: ListRange): Promise<Page> {
  for (;;) {
    try {
      return await readAt(cluster, prefix, wanted);
    } catch (error) {
      if (wanted.revision !== undefined || !StorageError.is(error, 'Compacted')) throw error;
    }
  }
}

async function readAt(cluster: Cluster, prefix: string, { limit = Infinity, after, revision }: ListRange): Promise<Page> {
  let next = Math.min(limit, FIRST);
  const first = await read(cluster, prefix, { limit: next, after, revision });
  const snapshot = revision ?? first.revision;
  const entries = first.kvs.map(entryOf);
  let last = first.kvs.at(-1)?.key;
  const wanted = Math.min(limit, first.count);
  while (entries.length < wanted) {
    next = Math.min(wanted - entries.length, answerSize(entries));
    const { kvs } = await read(cluster, prefix, { limit: next, after: last, revision: snapshot });
    for (const kv of kvs) entries.push(entryOf(kv));
    last = kvs.at(-1)?.key;
    if (kvs.length === 0) throw new StorageError('Corrupt', `etcd counts ${first.count} keys below ${prefix}, but lists ${entries.length}`);
  }
  return { entries, revision: snapshot, remaining: first.count - entries.length };
}

interface Part {
  readonly limit: number;
  readonly after: string | Uint8Array | undefined;
  readonly revision: Revision | undefined;
}

/** The `limit` of etcd has no 0 in the sense of none. */
function read(cluster: Cluster, prefix: string, { limit, after, revision }: Part): Promise<RangeResponse> {
  return cluster.read(range, { ...prefixRange(prefix, after), limit, revision, countOnly: limit <= 0 });
}

/** How many entries come to the target, if the others are like those. */
function answerSize(entries: readonly Entry[]): number {
  const bytes = entries.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  return Math.max(1, Math.min(MOST, Math.floor((TARGET * entries.length) / bytes)));
}
