import type { Entry } from '../storage.js';
import type { KeyValue } from './wire/kv.js';

/** What is stored, as the port shows it. Its value is a part of the message that brought it. */
export function entryOf({ key, value, modRevision }: KeyValue): Entry {
  return { key: key.toString(), value, revision: modRevision };
}
