import { StorageError } from '../storage-error.js';
import type { Committed, Entry, Guard, Write } from '../storage.js';
import { entryOf } from './entries.js';
import { checkKey } from './key-range.js';
import { checkTimes } from './time-to-live.js';
import type { Compare, KeyValue, TxnRequest, TxnResponse } from './wire/kv.js';

/**
 * A commit as one transaction of etcd: if all guards hold and all deleted keys are there, the writes; else a look at those keys,
 * to tell what was wrong.
 */
export function transactionOf(writes: readonly Write[], guards: readonly Guard[]): TxnRequest {
  checkKeys(writes, guards);
  checkTimes(writes);
  return {
    compare: [...guards.map(compareOf), ...unguardedDeletes(writes, guards).map((key): Compare => ({ key, present: true }))],
    success: writes,
    failure: checkedKeys(writes, guards).map((key) => ({ type: 'range', key })),
  };
}

/** What the writer is told. Throws `Exists`, `Conflict` or `NotFound`, with what is there, when a guard did not hold. */
export function committedOf(
  writes: readonly Write[],
  guards: readonly Guard[],
  { succeeded, revision, responses }: TxnResponse,
): Committed {
  if (!succeeded) throw guardError(writes, guards, responses);
  return { revision, entries: writes.map((write, i) => entryAfter(write, revision, responses[i]!)) };
}

function entryAfter(write: Write, revision: number, removed: readonly KeyValue[]): Entry {
  return write.type === 'put' ? { key: write.key, value: write.value, revision } : entryOf(removed[0]!);
}

function compareOf({ key, revision }: Guard): Compare {
  return { key, modRevision: revision };
}

/** A delete must find something; a guard with a revision says so already. */
function unguardedDeletes(writes: readonly Write[], guards: readonly Guard[]): string[] {
  if (!writes.some(({ type }) => type === 'delete')) return [];
  const guarded = new Set(guards.filter(({ revision }) => revision > 0).map(({ key }) => key));
  return writes.filter(({ type, key }) => type === 'delete' && !guarded.has(key)).map(({ key }) => key);
}

/** In the order in which they are reported. */
function checkedKeys(writes: readonly Write[], guards: readonly Guard[]): string[] {
  return [...guards.map(({ key }) => key), ...unguardedDeletes(writes, guards)];
}

function guardError(writes: readonly Write[], guards: readonly Guard[], found: TxnResponse['responses']): StorageError {
  const entries = found.map(([kv]) => kv && entryOf(kv));
  const failed = guards.findIndex(({ revision }, i) => (entries[i]?.revision ?? 0) !== revision);
  const guard = guards[failed];
  const current = entries[failed];
  if (guard !== undefined && current !== undefined) {
    const { key, revision } = guard;
    if (revision === 0) return new StorageError('Exists', `${key} exists`, { key, current });
    return new StorageError('Conflict', `${key} is at revision ${current.revision}, not ${revision}`, { key, current });
  }
  const key = guard?.key ?? checkedKeys(writes, guards).find((_, i) => entries[i] === undefined)!;
  return new StorageError('NotFound', `there is no ${key}`, { key });
}

function checkKeys(writes: readonly Write[], guards: readonly Guard[]): void {
  for (const { key } of [...writes, ...guards]) {
    if (key === '') throw new StorageError('Unsupported', 'a key must not be empty');
    checkKey(key);
  }
  if (writes.length > 1 && new Set(writes.map(({ key }) => key)).size < writes.length) {
    throw new StorageError('Unsupported', 'a commit may write a key once only');
  }
}
