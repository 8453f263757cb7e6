import { StorageError } from '../storage-error.js';
import type { Entry, ListRange, Page, Revision } from '../storage.js';
import type { Cluster } from './client/cluster.js';
import { entryOf } from './entries.js';
import type { EntrySizes } from './entry-sizes.js';
import { prefixRange } from './key-range.js';
import { range, type RangeResponse } from './wire/kv.js';

/** What pages are read with. */
export interface PageReader {
  readonly cluster: Cluster;
  readonly sizes: EntrySizes;
}

/**
 * One page of a prefix, read in answers of some megabytes, all at one revision.
 *
 * Should etcd forget that revision meanwhile, all begins anew, unless the caller has asked for just this one.
 */
export async function readPage(reader: PageReader, prefix: string, wanted: ListRange): Promise<Page> {
  for (;;) {
    try {
      return await readAt(reader, prefix, wanted);
    } catch (error) {
      if (wanted.revision !== undefined || !StorageError.is(error, 'Compacted')) throw error;
    }
  }
}

async function readAt(reader: PageReader, prefix: string, { limit = Infinity, after, revision }: ListRange): Promise<Page> {
  const first = await read(reader, prefix, { limit, after, revision });
  const snapshot = revision ?? first.revision;
  const entries: Entry[] = first.kvs.map(entryOf);
  const wanted = Math.min(limit, first.count);
  for (let last = first.kvs.at(-1)?.key; entries.length < wanted;) {
    const { kvs } = await read(reader, prefix, { limit: wanted - entries.length, after: last, revision: snapshot });
    if (kvs.length === 0) throw new StorageError('Corrupt', `etcd counts ${first.count} keys below ${prefix}, but lists ${entries.length}`);
    for (const kv of kvs) entries.push(entryOf(kv));
    last = kvs.at(-1)!.key;
  }
  return { entries, revision: snapshot, remaining: first.count - entries.length };
}

interface Part {
  readonly limit: number;
  readonly after: string | Uint8Array | undefined;
  readonly revision: Revision | undefined;
}

/** At most so many entries, and no more than fit into an answer. The `limit` of etcd has no 0 in the sense of none. */
async function read({ cluster, sizes }: PageReader, prefix: string, { limit, after, revision }: Part): Promise<RangeResponse> {
  const most = Math.min(limit, sizes.answerSize(prefix));
  const response = await cluster.read(range, { ...prefixRange(prefix, after), limit: most, revision, countOnly: most <= 0 });
  sizes.learn(prefix, response.kvs);
  return response;
}
