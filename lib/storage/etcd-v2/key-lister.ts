import { byteOrder } from '../memory/key-order.js';
import { StorageError } from '../storage-error.js';
import type { Entry, ListRange, Page, Revision } from '../storage.js';
import type { ChangeFeed } from './change-feed.js';
import type { EtcdNode, EtcdV2Client } from './etcd-v2-client.js';
import { REFUSED, Refusal } from './etcd-v2-error.js';
import { directoryKey, directoryOf, keyOf } from './key-path.js';
import { entryOf, storedAt } from './stored-value.js';

interface Snapshot {
  readonly entries: readonly Entry[];
  readonly revision: Revision;
}

/**
 * Lists, by one recursive read of the directory that holds all keys of a prefix. etcd answers it from one state of its
 * store, which the index of the answer names.
 *
 * The past is read backwards: the latest state, with the changes since then undone.
 */
export class KeyLister {
  readonly #client: EtcdV2Client;
  readonly #feed: ChangeFeed;

  constructor(client: EtcdV2Client, feed: ChangeFeed) {
    this.#client = client;
    this.#feed = feed;
  }

  async list(prefix: string, { limit = Infinity, after, revision, notBefore }: ListRange = {}): Promise<Page> {
    const snapshot = revision === undefined ? await this.#present(prefix, notBefore) : await this.#past(prefix, revision);
    const entries = after === undefined ? snapshot.entries : snapshot.entries.filter(({ key }) => byteOrder(after, key));
    const page = sorted(entries).slice(0, limit);
    return { entries: page, revision: snapshot.revision, remaining: entries.length - page.length };
  }

  async #present(prefix: string, notBefore: Revision | undefined): Promise<Snapshot> {
    if (notBefore !== undefined) {
      const near = await this.#read(prefix, false);
      if (near.revision >= notBefore) return near;
    }
    const latest = await this.#read(prefix, true);
    checkReached(notBefore ?? 0, latest.revision);
    return latest;
  }

  async #past(prefix: string, revision: Revision): Promise<Snapshot> {
    const latest = await this.#read(prefix, true);
    checkReached(revision, latest.revision);
    if (latest.revision === revision) return latest;
    await this.#feed.cover(revision);
    if (!(await this.#feed.reaches(latest.revision)))
      throw new StorageError('Compacted', `what has happened since revision ${revision} is not known here yet`);
    const log = await this.#feed.cover(revision);
    return { entries: log.rewind(latest.entries, latest.revision, revision, prefix), revision };
  }

  async #read(prefix: string, quorum: boolean): Promise<Snapshot> {
    const directory = directoryOf(prefix);
    if (directory === undefined) return { entries: [], revision: await this.#client.index() };
    try {
      const { event, index } = await this.#client.read(directory, { recursive: true, quorum });
      return { entries: entriesOf(event.node, prefix), revision: index };
    } catch (error) {
      if (Refusal.is(error, REFUSED.keyNotFound, REFUSED.notADirectory)) return { entries: [], revision: error.index };
      throw error;
    }
  }
}

/** Throws FutureRevision unless the store has come so far. */
export function checkReached(revision: Revision, index: Revision): void {
  if (revision > index) throw new StorageError('FutureRevision', `revision ${revision} is ahead of ${index}`);
}

function entriesOf(top: EtcdNode, prefix: string): Entry[] {
  const entries = new Map<string, Entry>(); // by key: in the middle of a move, a value is in both of its places
  const visit = (node: EtcdNode): void => {
    const path = node.key ?? '';
    if (node.dir === true) {
      if (directoryKey(path) !== undefined) node.nodes?.forEach(visit);
      return;
    }
    const key = keyOf(path);
    if (key?.startsWith(prefix) !== true) return;
    const entry = entryOf(key, storedAt(node));
    if (entry) entries.set(key, entry);
  };
  visit(top);
  return [...entries.values()];
}

function sorted(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => (byteOrder(a.key, b.key) ? -1 : 1));
}
