import { conflict } from '../../api/status-error.js';
import type { KubeObject, ObjectName, Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { StorageError } from '../../storage/storage-error.js';
import type { Entry, Guard, ListRange, Page, Revision, Storage, StorageReadOptions, Write } from '../../storage/storage.js';
import type { Draft } from './draft.js';
import { ObjectCodec } from './object-codec.js';
import { statusOf, stored } from './storage-errors.js';

/** The text of a conflict that Kubernetes' clients know. */
export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

/** An object with the entry that holds it. */
export interface Found<T extends KubeObject> {
  readonly entry: Entry;
  readonly object: Stored<T>;
}

/** How a guarded write ended: with its result, or with what stands in its way now. */
export type Written<T extends KubeObject> =
  { readonly ok: true; readonly value: Stored<T>; readonly entry: Entry } | { readonly ok: false; readonly current: Found<T> | undefined };

/** The objects of one kind as keys and entries of a {@link Storage}. Throws StatusErrors alone. */
export class ObjectStore<T extends KubeObject> {
  readonly definition: ResourceDefinition<T>;
  readonly codec: ObjectCodec<T>;
  readonly #storage: Storage;
  readonly #timeToLive: number | undefined;

  /** `timeToLive`: seconds that an object is kept after it was written last, where the storage can do that. Default: for good. */
  constructor(definition: ResourceDefinition<T>, storage: Storage, timeToLive?: number) {
    this.definition = definition;
    this.codec = new ObjectCodec(definition);
    this.#storage = storage;
    this.#timeToLive = timeToLive;
  }

  /** Where an object is kept; undefined for a name that no object can have. */
  keyOf({ name, namespace }: ObjectName): string | undefined {
    if (name === '' || name.includes('/') || namespace?.includes('/')) return undefined;
    return `${this.prefix(this.definition.namespaced ? namespace || 'default' : undefined)}${name}`;
  }

  /** What the keys of a namespace, or of all of them, begin with. */
  prefix(namespace?: string): string {
    return namespace ? `${this.definition.storagePrefix}/${namespace}/` : `${this.definition.storagePrefix}/`;
  }

  async find(name: ObjectName): Promise<Found<T> | undefined> {
    const entry = await stored(this.entry(name));
    return entry && this.found(entry);
  }

  /** What is stored under a name, as fresh as asked for. Rejects with the storage's errors. */
  entry(name: ObjectName, options?: StorageReadOptions): Promise<Entry | undefined> {
    const key = this.keyOf(name);
    return key === undefined ? Promise.resolve(undefined) : this.#storage.get(key, options);
  }

  found(entry: Entry): Found<T> {
    return { entry, object: this.codec.decode(entry) };
  }

  list(prefix: string, range?: ListRange): Promise<Page> {
    return this.#storage.list(prefix, range);
  }

  /** Writes if `previous` is still what stands there (undefined: nothing). */
  put(key: string, draft: Draft<T>, previous: Entry | undefined): Promise<Written<T>> {
    const value = this.codec.encode(draft);
    const timeToLive = this.#storage.expires ? this.#timeToLive : undefined;
    return this.#commit({ type: 'put', key, value, timeToLive }, previous, (entry) => this.codec.decode(entry));
  }

  /** Removes if `previous` is still what stands there; answers with the last state under the deletion's own version. */
  remove(previous: Entry): Promise<Written<T>> {
    const write = { type: 'delete', key: previous.key } as const;
    return this.#commit(write, previous, (entry, revision) => this.codec.removed(entry, revision));
  }

  /** The refusal of a write that lost a race and may not be repeated. */
  modified(name: string): Error {
    return conflict(this.definition, name, MODIFIED);
  }

  async #commit(write: Write, previous: Entry | undefined, result: (entry: Entry, revision: Revision) => Stored<T>): Promise<Written<T>> {
    const guard: Guard = { key: write.key, revision: previous?.revision ?? 0 };
    try {
      const { entries, revision } = await this.#storage.commit([write], [guard]);
      const entry = entries[0]!;
      return { ok: true, value: result(entry, revision), entry };
    } catch (error) {
      if (!StorageError.is(error)) throw error;
      if (error.code !== 'Conflict' && error.code !== 'Exists' && error.code !== 'NotFound') throw statusOf(error);
      const current = error.current ?? (error.code === 'NotFound' ? undefined : await stored(this.#storage.get(write.key)));
      return { ok: false, current: current && this.found(current) };
    }
  }
}
