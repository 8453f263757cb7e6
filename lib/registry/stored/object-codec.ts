import type { ObjectMeta } from 'kubernetes-types/meta/v1.js';
import { freezes, rememberStored, StoredJson } from '../../api/encode.js';
import { jsonText, parseExact } from '../../api/exact-json.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { ResourceDefinition, StoredForm } from '../../api/resource-definition.js';
import { StatusError } from '../../api/status-error.js';
import type { Entry, Revision } from '../../storage/storage.js';
import type { Draft } from './draft.js';
import { metaOf } from './draft.js';
import { textOf } from './managed-fields/owners.js';

/**
 * Turns objects into stored bytes and back, each at most once.
 *
 * A stored value is the object's JSON without `metadata.resourceVersion`, which is the entry's revision. Type and metadata
 * stand first, so the bytes that clients get are made by putting the version in right behind `"metadata":{`. The object that
 * was written is itself what every reader gets: it is recognised by its bytes when its entry comes back.
 */
export class ObjectCodec<T extends KubeObject> {
  readonly #head: Buffer;
  readonly #form: StoredForm | undefined;
  readonly #objects = new WeakMap<Entry, Stored<T>>();
  readonly #drafts = new WeakMap<Uint8Array, Draft<T>>();
  readonly #removed = new WeakMap<Entry, Stored<T>>();

  constructor(definition: ResourceDefinition<T>) {
    this.#form = definition.storedForm;
    this.#head = Buffer.from(
      `{"kind":${JSON.stringify(definition.kind)},"apiVersion":${JSON.stringify(definition.apiVersion)},"metadata":{`,
    );
  }

  /** The bytes to store. The draft belongs to the codec from here on. */
  encode(draft: Draft<T>): Uint8Array {
    const { kind, apiVersion, metadata, ...rest } = draft;
    delete metaOf(draft).resourceVersion;
    const object = { kind, apiVersion, metadata, ...rest } as unknown as Draft<T>; // the same members in the order of #head
    const stored = this.#form?.toStored(object) ?? object;
    const value = bytesOf(jsonOf(stored));
    if (stored === object) this.#drafts.set(value, object);
    return value;
  }

  /** The object of an entry: frozen, and the same one every time. */
  decode(entry: Entry): Stored<T> {
    let object = this.#objects.get(entry);
    if (!object) this.#objects.set(entry, (object = this.#freshObject(entry)));
    return object;
  }

  /** The last state of an object that a later commit removed (or took out of sight): that commit's revision is its version. */
  removed(entry: Entry, revision: Revision): Stored<T> {
    const known = this.#removed.get(entry);
    if (known?.metadata.resourceVersion === String(revision)) return known;
    const { metadata, ...rest } = this.decode(entry);
    const object = { ...rest, metadata: { ...metadata, resourceVersion: String(revision) } };
    const removed = object as unknown as Stored<T>; // decoded above, so complete
    this.#freeze(removed, this.#form ? undefined : entry.value, revision);
    this.#removed.set(entry, removed);
    return removed;
  }

  #freshObject(entry: Entry): Stored<T> {
    const draft = this.#drafts.get(entry.value);
    // The same bytes may be stored again later, then as another version of the object.
    if (draft) this.#drafts.delete(entry.value);
    const object = draft ?? this.#shown(parse<T>(entry, JSON.parse));
    return this.#finish(object, draft || !this.#form ? entry.value : undefined, entry);
  }

  #shown(stored: Draft<T>): Draft<T> {
    return this.#form ? (this.#form.fromStored(stored) as Draft<T>) : stored;
  }

  /** `value`: the bytes that say the same as the object, if any do. */
  #finish(object: Draft<T>, value: Uint8Array | undefined, entry: Entry): Stored<T> {
    metaOf(object).resourceVersion = String(entry.revision);
    if (!this.#freeze(object as Stored<T>, value, entry.revision)) return object as Stored<T>;
    const exact = this.#shown(parse<T>(entry, parseExact));
    metaOf(exact).resourceVersion = String(entry.revision);
    this.#freeze(exact as Stored<T>, value, entry.revision);
    return exact as Stored<T>;
  }

  /** Tells whether the bytes may say more exactly what a number is. */
  #freeze(object: Stored<T>, value: Uint8Array | undefined, revision: Revision): boolean {
    const inexact = freezes(object);
    const stored = value && StoredJson.of(this.#head, value, revision);
    if (stored) rememberStored(object, stored);
    return inexact;
  }
}

/** The JSON of an object. That of its managed fields is put in whole: it is long, and mostly what another object has had just before. */
function jsonOf(object: KubeObject): string {
  const { managedFields, ...metadata } = object.metadata ?? {};
  if (!managedFields) return jsonText(object);
  const { kind, apiVersion, metadata: _, ...rest } = object;
  const head = jsonText({ kind, apiVersion, metadata });
  const tail = jsonText(rest);
  return `${head.slice(0, -2)},"managedFields":${textOf(managedFields)}}${tail === '{}' ? '' : `,${tail.slice(1, -1)}`}}`;
}

/** In memory of their own: they are kept for long, and as a slice of Node's pool they would keep all of that. */
function bytesOf(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

function parse<T extends KubeObject>(entry: Entry, read: (text: string) => unknown): Draft<T> {
  try {
    const { value } = entry;
    const object = read(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString()) as Draft<T>;
    (object as { metadata?: ObjectMeta }).metadata ??= {};
    return object;
  } catch (error) {
    throw new StatusError('InternalError', `Internal error occurred: what is stored at ${entry.key} cannot be read`, { cause: error });
  }
}
