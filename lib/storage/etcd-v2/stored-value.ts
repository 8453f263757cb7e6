import type { Entry, Revision } from '../storage.js';
import type { EtcdNode } from './etcd-v2-client.js';

/**
 * What is stored at a path: the value itself, which is the object's JSON, or, where a key has keys below it, one of these.
 *
 * | text | meaning |
 * |---|---|
 * | `%moving 7⏎value` | the key is about to make room for a directory: value and revision stay, writers wait |
 * | `%moved 7⏎value` | beside a directory: the key's value, written at revision 7, not when it was moved |
 * | `%deleted` | beside a directory: the key is gone. It stays for ever, so that a late helper of a move cannot bring it back |
 * | `%%text` | a value that begins with a percent sign, which JSON never does |
 */
export type Stored =
  { readonly kind: 'plain' | 'moving' | 'moved'; readonly value: Uint8Array; readonly revision: Revision } | { readonly kind: 'deleted' };

export const DELETED = '%deleted';

/** Reads what stands at a path. */
export function storedAt({ value: text = '', modifiedIndex }: EtcdNode): Stored {
  if (!text.startsWith('%')) return plain(text, modifiedIndex);
  if (text.startsWith('%%')) return plain(text.slice(1), modifiedIndex);
  if (text === DELETED) return { kind: 'deleted' };
  const moved = /^%(moving|moved) (\d+)\n/.exec(text);
  if (moved === null) return plain(text, modifiedIndex);
  return { kind: moved[1] as 'moving' | 'moved', value: Buffer.from(text.slice(moved[0].length)), revision: Number(moved[2]) };
}

/** What to store for a value. */
export function textFor(value: Uint8Array): string {
  const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
  return text.startsWith('%') ? `%${text}` : text;
}

/** What to store while a key makes room for a directory, and where it goes. */
export function movingText(state: 'moving' | 'moved', { value, revision }: Exclude<Stored, { kind: 'deleted' }>): string {
  return `%${state} ${revision}\n${Buffer.from(value).toString()}`;
}

/** The entry of a key; undefined when it is gone. */
export function entryOf(key: string, stored: Stored | undefined): Entry | undefined {
  return stored === undefined || stored.kind === 'deleted' ? undefined : { key, value: stored.value, revision: stored.revision };
}

function plain(text: string, revision: Revision): Stored {
  return { kind: 'plain', value: Buffer.from(text), revision };
}
