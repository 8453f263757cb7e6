import { isUtf8 } from 'node:buffer';
import { isWellFormed } from '../memory/key-order.js';
import { StorageError } from '../storage-error.js';
import type { Committed, Entry, Guard, Revision, Write } from '../storage.js';
import type { EtcdRequest } from './etcd-v2-client.js';
import { Refusal } from './etcd-v2-error.js';
import { pathOf } from './key-path.js';
import type { KeySlots, Slot } from './key-slots.js';
import { DELETED, entryOf, storedAt, textFor } from './stored-value.js';

/** Bytes of a value: etcd reads at most 10 MB of a form, in which a byte may take three. */
const MAX_VALUE = 3 * 1024 * 1024;
const MAX_KEY = 8 * 1024;

/** Commits of one write under guards on its own key, which is what etcd v2 can do. */
export class KeyWriter {
  readonly #slots: KeySlots;

  constructor(slots: KeySlots) {
    this.#slots = slots;
  }

  async commit(writes: readonly Write[], guards: readonly Guard[]): Promise<Committed> {
    for (const write of writes) checkWrite(write);
    const [write] = writes;
    if (writes.length > 1) throw unsupported(`writes ${writes.length} keys`);
    const key = write?.key ?? guards[0]?.key ?? '/';
    const other = guards.find((guard) => guard.key !== key);
    if (other) throw unsupported(`guards ${other.key} besides ${key}`);
    const revisions = [...new Set(guards.map((guard) => guard.revision))];
    if (write === undefined || revisions.length > 1) return this.#check(key, revisions);
    return write.type === 'put' ? this.#put(write, revisions) : this.#delete(write.key, revisions);
  }

  /** A commit without writes, or with guards that cannot all hold. */
  async #check(key: string, guards: readonly Revision[]): Promise<Committed> {
    const slot = await this.#slots.find(key);
    checkGuards(key, guards, slot.entry);
    return { revision: slot.index, entries: [] };
  }

  async #put({ key, value }: { readonly key: string; readonly value: Uint8Array }, guards: readonly Revision[]): Promise<Committed> {
    const text = textFor(value);
    // Most keys stand at their own path, as the guard says; only where that fails is it worth a look.
    let slot: Pick<Slot, 'path'> & { readonly held?: { readonly index: Revision } | undefined } = {
      path: pathOf(key)!,
      held: guards[0] ? { index: guards[0] } : undefined,
    };
    for (;;) {
      const query = { ...(slot.held ? { prevIndex: slot.held.index } : { prevExist: false }), noValueOnSuccess: true };
      const tried = await this.#slots.write({ method: 'set', path: slot.path, value: text, query });
      if (!(tried instanceof Refusal)) return { revision: tried.index, entries: [{ key, value, revision: tried.index }] };
      const found = await this.#slots.settled(key);
      checkGuards(key, guards, found.entry);
      slot = found;
    }
  }

  async #delete(key: string, guards: readonly Revision[]): Promise<Committed> {
    if (guards[0]) {
      const tried = await this.#slots.write({ method: 'del', path: pathOf(key)!, query: { prevIndex: guards[0] } });
      if (!(tried instanceof Refusal)) return removed(tried.index, entryOf(key, storedAt(tried.event.prevNode!))!);
    }
    for (;;) {
      const { path, held, entry } = await this.#slots.settled(key);
      checkGuards(key, guards, entry);
      if (held === undefined || entry === undefined) throw new StorageError('NotFound', `there is no ${key}`, { key });
      const query = { prevIndex: held.index };
      const own: EtcdRequest = { method: 'del', path, query };
      const beside: EtcdRequest = { method: 'set', path, value: DELETED, query: { ...query, noValueOnSuccess: true } };
      const tried = await this.#slots.write(path === pathOf(key) ? own : beside);
      if (!(tried instanceof Refusal)) return removed(tried.index, entry);
    }
  }
}

function removed(revision: Revision, entry: Entry): Committed {
  return { revision, entries: [entry] };
}

function checkGuards(key: string, guards: readonly Revision[], current: Entry | undefined): void {
  for (const revision of guards) {
    if ((current?.revision ?? 0) === revision) continue;
    if (current === undefined) throw new StorageError('NotFound', `there is no ${key}`, { key });
    if (revision === 0) throw new StorageError('Exists', `${key} exists`, { key, current });
    throw new StorageError('Conflict', `${key} is at revision ${current.revision}, not ${revision}`, { key, current });
  }
}

function checkWrite(write: Write): void {
  const { key } = write;
  if (!key.startsWith('/')) throw new StorageError('Unsupported', 'a key must begin with a slash', { key });
  if (!isWellFormed(key)) throw new StorageError('Unsupported', 'a key must be well-formed Unicode', { key });
  if (Buffer.byteLength(key) > MAX_KEY) throw new StorageError('TooLarge', `a key may have ${MAX_KEY} bytes`, { key });
  if (write.type === 'delete') return;
  if (write.timeToLive !== undefined)
    throw new StorageError('Unsupported', 'a put to etcd v2 has no time to live here: the etcd adapter (v3) can do it', { key });
  const { length } = write.value;
  if (length > MAX_VALUE) throw new StorageError('TooLarge', `the value has ${length} bytes, the limit is ${MAX_VALUE}`, { key });
  if (!isUtf8(write.value)) throw new StorageError('Unsupported', 'a value must be UTF-8 text', { key });
}

function unsupported(what: string): StorageError {
  return new StorageError(
    'Unsupported',
    `a commit that ${what}: etcd v2 writes one key at a time, under guards on that key alone. The etcd adapter (v3) can do it, embedded and memory as well`,
  );
}
