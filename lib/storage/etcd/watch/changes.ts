import type { Change } from '../../storage.js';
import { entryOf } from '../entries.js';
import type { WatchEvent } from '../wire/watch.js';
import type { WatchedCommit } from './commit-assembler.js';

/**
 * What a commit changed under a prefix. `undefined` when etcd has forgotten what was replaced: a compaction has come between the
 * commit and its delivery.
 */
export function changesOf(commit: WatchedCommit, prefix: Buffer): Change[] | undefined {
  const changes: Change[] = [];
  for (const event of commit) {
    if (!beginsWith(event.kv.key, prefix)) continue;
    const change = changeOf(event);
    if (change === undefined) return undefined;
    changes.push(change);
  }
  return changes;
}

function changeOf({ deleted, kv, previous }: WatchEvent): Change | undefined {
  const revision = kv.modRevision;
  const replaced = previous && entryOf(previous);
  if (deleted) return replaced && { type: 'delete', revision, previous: replaced };
  if (replaced === undefined && kv.createRevision !== revision) return undefined;
  return { type: 'put', revision, entry: entryOf(kv), previous: replaced };
}

function beginsWith(key: Buffer, prefix: Buffer): boolean {
  return key.length >= prefix.length && key.compare(prefix, 0, prefix.length, 0, prefix.length) === 0;
}
