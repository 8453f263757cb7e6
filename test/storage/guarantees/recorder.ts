import { StorageError } from '../../../lib/storage/storage-error.js';
import type { Entry, Storage } from '../../../lib/storage/storage.js';
import type { Action, History, Operation, Outcome, Scan, Seen } from '../../support/linearizability/operation.js';

/**
 * Calls stores on behalf of clients, and writes down what they were told.
 *
 * Its clock ticks with every call and every answer: as all clients run in this process, it orders them as time did. (The
 * answer is noted when the client gets it, a little after it arrived: an interval that is too long hides nothing right.)
 */
export class Recorder {
  readonly #operations: Operation[] = [];
  readonly #scans: Scan[] = [];
  #ticks = 0;
  #values = 0;
  /** Calls on a key that came to an end, be it that nobody knows how, but for those that failed at once. */
  answers = 0;

  constructor(readonly prefix: string) {}

  /** All that was done so far. */
  get history(): History {
    return { operations: this.#operations, scans: this.#scans };
  }

  /** A value that no other put writes. */
  value(client: number): string {
    return `c${client}-${++this.#values}`;
  }

  /** Does it, and gives what the client was told; `undefined` when a read was not answered. */
  async call(storage: Storage, client: number, key: string, action: Action): Promise<Outcome | undefined> {
    const called = ++this.#ticks;
    const outcome = await (action.type === 'get' ? readOf(storage, this.prefix + key) : writeOf(storage, this.prefix + key, action));
    const returned = ++this.#ticks;
    if (outcome !== undefined && outcome.type !== 'failed') this.answers++;
    if (outcome !== undefined) this.#operations.push({ client, key, action, outcome, called, returned });
    return outcome;
  }

  /** Lists all keys. Gives whether that was answered. */
  async scan(storage: Storage, client: number): Promise<boolean> {
    const called = ++this.#ticks;
    const page = await orUnavailable(storage.list(this.prefix));
    const returned = ++this.#ticks;
    if (page === undefined) return false;
    const entries = new Map(page.entries.map((entry) => [entry.key.slice(this.prefix.length), seenOf(entry)!]));
    this.#scans.push({ client, entries, revision: page.revision, called, returned });
    return true;
  }
}

async function readOf(storage: Storage, key: string): Promise<Outcome | undefined> {
  const found = await orUnavailable(storage.get(key).then((entry) => ({ entry })));
  return found && { type: 'read', seen: seenOf(found.entry) };
}

async function writeOf(storage: Storage, key: string, action: Exclude<Action, { type: 'get' }>): Promise<Outcome> {
  const write =
    action.type === 'put' ? ({ type: 'put', key, value: Buffer.from(action.value) } as const) : ({ type: 'delete', key } as const);
  const guards = action.guard === undefined ? [] : [{ key, revision: action.guard }];
  try {
    const { revision, entries } = await storage.commit([write], guards);
    return action.type === 'put' ? { type: 'written', revision } : { type: 'written', revision, removed: seenOf(entries[0]) };
  } catch (error) {
    if (!StorageError.is(error)) throw error;
    const { code } = error;
    if (code === 'Exists' || code === 'Conflict' || code === 'NotFound') return { type: 'refused', code, seen: seenOf(error.current) };
    if (code === 'Unknown') return { type: 'unknown' };
    if (code === 'Unavailable' || code === 'Full') return { type: 'failed' };
    throw error;
  }
}

/** `undefined` when the store is out of reach. */
async function orUnavailable<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (StorageError.is(error, 'Unavailable')) return undefined;
    throw error;
  }
}

function seenOf(entry: Entry | undefined): Seen {
  return entry && { value: Buffer.from(entry.value).toString(), revision: entry.revision };
}
