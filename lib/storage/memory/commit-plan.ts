import { StorageError } from '../storage-error.js';
import type { Change, Committed, Entry, Guard, Revision, Write } from '../storage.js';
import { isWellFormed } from './key-order.js';
import type { OrderedTree } from './ordered-tree.js';

/** All keys as of one revision. */
export interface Snapshot {
  readonly revision: Revision;
  readonly tree: OrderedTree;
}

/** A put or a delete, as watchers see it. */
export type KeyChange = Exclude<Change, { type: 'progress' }>;

/** A commit that follows a snapshot: what it changes, what it answers, and the snapshot it leads to. */
export interface CommitPlan extends Snapshot {
  /** In the order of its writes. */
  readonly changes: readonly KeyChange[];
}

/** What a commit may weigh. */
export interface CommitLimits {
  /** Bytes of keys and values. */
  readonly commitBytes: number;
}

/** The commit of `writes` on top of `base`; throws when a guard fails, a deleted key is absent, or the writes are not acceptable. */
export function planCommit(base: Snapshot, writes: readonly Write[], guards: readonly Guard[], limits: CommitLimits): CommitPlan {
  checkWrites(writes, limits);
  for (const guard of guards) checkGuard(guard, base.tree.get(guard.key));
  if (writes.length === 0) return { ...base, changes: [] };
  const revision = base.revision + 1;
  const changes: KeyChange[] = [];
  let tree = base.tree;
  for (const write of writes) {
    const change = changeOf(write, base.tree.get(write.key), revision);
    changes.push(change);
    tree = change.type === 'put' ? tree.put(change.entry) : tree.delete(write.key);
  }
  return { revision, tree, changes };
}

/** What the writer is told of its commit. */
export function committedOf({ revision, changes }: CommitPlan): Committed {
  return { revision, entries: changes.map((change) => (change.type === 'put' ? change.entry : change.previous)) };
}

function changeOf(write: Write, previous: Entry | undefined, revision: Revision): KeyChange {
  if (write.type === 'put') return { type: 'put', revision, entry: { key: write.key, value: write.value, revision }, previous };
  if (previous === undefined) throw new StorageError('NotFound', `there is no ${write.key}`, { key: write.key });
  return { type: 'delete', revision, previous };
}

function checkGuard({ key, revision }: Guard, current: Entry | undefined): void {
  if ((current?.revision ?? 0) === revision) return;
  if (current === undefined) throw new StorageError('NotFound', `there is no ${key}`, { key });
  if (revision === 0) throw new StorageError('Exists', `${key} exists`, { key, current });
  throw new StorageError('Conflict', `${key} is at revision ${current.revision}, not ${revision}`, { key, current });
}

function checkWrites(writes: readonly Write[], { commitBytes }: CommitLimits): void {
  let bytes = 0;
  for (const write of writes) {
    if (write.key === '') throw new StorageError('Unsupported', 'a key must not be empty');
    if (!isWellFormed(write.key)) throw new StorageError('Unsupported', 'a key must be well-formed Unicode', { key: write.key });
    if (write.type === 'put' && write.timeToLive !== undefined) {
      throw new StorageError('Unsupported', 'this storage keeps what is put until it is deleted: a put has no time to live here', {
        key: write.key,
      });
    }
    bytes += write.key.length + (write.type === 'put' ? write.value.length : 0);
  }
  if (writes.length > 1 && new Set(writes.map((write) => write.key)).size < writes.length) {
    throw new StorageError('Unsupported', 'a commit may write a key once only');
  }
  if (bytes > commitBytes) throw new StorageError('TooLarge', `the commit has ${bytes} bytes, the limit is ${commitBytes}`);
}
