import type { Entry, Revision } from '../storage.js';
import type { Answer, EtcdNode, EtcdRequest, EtcdV2Client } from './etcd-v2-client.js';
import { REFUSED, Refusal } from './etcd-v2-error.js';
import { besidePath, pathOf } from './key-path.js';
import { entryOf, movingText, type Stored, storedAt } from './stored-value.js';
import { StorageError } from '../storage-error.js';

/** Where a key's value stands, or would stand. */
export interface Slot {
  readonly path: string;
  /** What etcd holds there. Absent: nothing. */
  readonly held?: { readonly stored: Stored; readonly index: Revision } | undefined;
  readonly entry: Entry | undefined;
  /** Where the store was when it was read. */
  readonly index: Revision;
}

/** What came of a write: etcd's answer, or its refusal because something stands otherwise than was thought. */
export type Tried = Answer | Refusal;

const OTHERWISE = [REFUSED.keyNotFound, REFUSED.compareFailed, REFUSED.notAFile, REFUSED.notADirectory, REFUSED.keyExists];

/**
 * Finds the place of a key's value: its own path or, where that is a directory, the path beside it.
 *
 * A path is a file or a directory, so a value has one place at a time. Directories stay directories. A file becomes one in
 * three steps that everybody who meets them can finish: the value is marked as moving (from here on no writer that knows
 * another state of it succeeds), copied to the path beside, and the file replaced by a directory, which etcd does at once.
 */
export class KeySlots {
  readonly #client: EtcdV2Client;

  constructor(client: EtcdV2Client) {
    this.#client = client;
  }

  /** The place of a key now. `quorum` false: as one member of the cluster has it, which may lag behind. */
  async find(key: string, quorum = true): Promise<Slot> {
    const path = pathOf(key);
    if (path === undefined) return { path: '', entry: undefined, index: await this.#client.index() };
    const own = await this.#read(path, quorum);
    if (own.node?.dir !== true) return slotOf(key, path, own);
    const beside = besidePath(path);
    const found = await this.#read(beside, quorum);
    if (found.node?.dir === true)
      throw new StorageError('Unsupported', `a directory ${beside} stands in the way, which is not ours`, { key });
    return slotOf(key, beside, found);
  }

  /** The place of a key, which no move is about to change. */
  async settled(key: string): Promise<Slot> {
    for (;;) {
      const slot = await this.find(key);
      if (slot.held?.stored.kind !== 'moving') return slot;
      await this.#makeDirectory(slot.path);
    }
  }

  /** Writes; where a file stands in the way as a directory of the path, makes it one. */
  async write(request: EtcdRequest): Promise<Tried> {
    const tried = await this.#try(request);
    if (tried instanceof Refusal && tried.code === REFUSED.notADirectory) {
      try {
        await this.#makeDirectory(tried.path);
      } catch (error) {
        if (!StorageError.is(error, 'Unknown')) throw error;
        throw new StorageError('Unavailable', error.message, { cause: error }); // whatever has become of it changes no key
      }
    }
    return tried;
  }

  async #makeDirectory(path: string): Promise<void> {
    for (;;) {
      const { node } = await this.#read(path, true);
      if (node === undefined || node.dir === true) return;
      const stored = storedAt(node);
      if (stored.kind === 'deleted') return void (await this.#try({ method: 'mkdir', path })); // nothing to save
      if (stored.kind === 'moving') return this.#finishMove(path, movingText('moved', stored));
      await this.#try({ method: 'set', path, value: movingText('moving', stored), query: { prevIndex: node.modifiedIndex } });
    }
  }

  async #finishMove(path: string, moved: string): Promise<void> {
    await this.#try({ method: 'set', path: besidePath(path), value: moved, query: { prevExist: false } });
    await this.#try({ method: 'mkdir', path }); // refused where another has come first
  }

  async #try(request: EtcdRequest): Promise<Tried> {
    try {
      return await this.#client.write(request);
    } catch (error) {
      if (Refusal.is(error, ...OTHERWISE)) return error;
      throw error;
    }
  }

  async #read(path: string, quorum: boolean): Promise<{ readonly node?: EtcdNode; readonly index: Revision }> {
    try {
      const { event, index } = await this.#client.read(path, { quorum });
      return { node: event.node, index };
    } catch (error) {
      if (Refusal.is(error, REFUSED.keyNotFound, REFUSED.notADirectory)) return { index: error.index };
      throw error;
    }
  }
}

function slotOf(key: string, path: string, { node, index }: { readonly node?: EtcdNode; readonly index: Revision }): Slot {
  if (node === undefined) return { path, entry: undefined, index };
  const stored = storedAt(node);
  return { path, held: { stored, index: node.modifiedIndex }, entry: entryOf(key, stored), index };
}
