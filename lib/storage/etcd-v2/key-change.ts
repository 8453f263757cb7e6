import type { KeyChange } from '../memory/commit-plan.js';
import type { Revision } from '../storage.js';
import type { EtcdEvent, EtcdNode } from './etcd-v2-client.js';
import { directoryKey, keyOf } from './key-path.js';
import { entryOf, type Stored, storedAt } from './stored-value.js';

/** A directory was removed with all that was in it: etcd does not say what that was. */
export interface Loss {
  readonly type: 'loss';
  readonly revision: Revision;
  /** All keys that were lost begin with it. */
  readonly prefix: string;
}

const REMOVALS: ReadonlySet<string> = new Set(['delete', 'expire', 'compareAndDelete']);

/** What an event of etcd means for the keys; undefined when it changes none: it is not about a key, or only moves a value. */
export function changeOf({ action, node, prevNode }: EtcdEvent): KeyChange | Loss | undefined {
  const path = node.key ?? '';
  const revision = node.modifiedIndex;
  const removed = REMOVALS.has(action);
  if (node.dir === true && removed) {
    const directory = directoryKey(path);
    return directory === undefined ? undefined : { type: 'loss', revision, prefix: `${directory}/` };
  }
  const key = keyOf(path);
  if (key === undefined) return undefined;
  const before = fileAt(prevNode);
  const after = removed ? undefined : fileAt(node);
  if (moves(before, after, node)) return undefined;
  const previous = entryOf(key, before);
  const entry = entryOf(key, after);
  if (entry !== undefined) return { type: 'put', revision, entry, previous };
  return previous && { type: 'delete', revision, previous };
}

function fileAt(node: EtcdNode | undefined): Stored | undefined {
  return node === undefined || node.dir === true ? undefined : storedAt(node);
}

/** Whether it is a step of a move, which leaves the key as it was. */
function moves(before: Stored | undefined, after: Stored | undefined, { dir }: EtcdNode): boolean {
  return after?.kind === 'moving' || after?.kind === 'moved' || (before?.kind === 'moving' && dir === true);
}
