import type { Observable } from 'rxjs';
import { throwError, takeUntil } from 'rxjs';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { KubeObject, ObjectList, ObjectName, Stored } from '../../api/object.js';
import { nameOf } from '../../api/object.js';
import type { ResourceDefinition, SubresourceDefinition, Verb } from '../../api/resource-definition.js';
import { badRequest, methodNotAllowed, notFound } from '../../api/status-error.js';
import { StorageError } from '../../storage/storage-error.js';
import type { Entry } from '../../storage/storage.js';
import type {
  ApplyOptions,
  DeleteOptions,
  GetOptions,
  ListOptions,
  Patch,
  Registry,
  SubresourceRegistry,
  SubresourceTypes,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../registry.js';
import { createObject } from './create.js';
import { deleteObject } from './delete.js';
import { deleteObjects } from './delete-many.js';
import type { KindContext } from './kind-context.js';
import { listObjects } from './list.js';
import { patchObject } from './patch/patch-object.js';
import { freshnessOf, patiently } from './resource-version.js';
import { statusOf, stored } from './storage-errors.js';
import { ObjectSubresource } from './subresources/object-subresource.js';
import { PodBinding } from './subresources/pod-binding.js';
import { ScaleSubresource } from './subresources/scale.js';
import type { SubresourceVerbs } from './subresources/subresource.js';
import { subresourceRegistry } from './subresources/subresource.js';
import { modifyObject, updateObject } from './update.js';
import { watchObjects } from './watch.js';

/** One kind over a storage: each method checks that the kind has the verb, and leaves the work to the file of that name. */
export class StoredRegistry<T extends KubeObject> implements Registry<T> {
  readonly definition: ResourceDefinition<T>;
  readonly #kind: KindContext<T>;
  readonly #actions: Readonly<Record<string, object>>;

  /** `actions`: subresources that need more than their kind, by name. */
  constructor(kind: KindContext<T>, actions: Readonly<Record<string, object>> = {}) {
    this.definition = kind.definition;
    this.#kind = kind;
    this.#actions = actions;
  }

  async get(name: ObjectName, options: GetOptions = {}): Promise<Stored<T>> {
    this.#allow('get');
    const { store } = this.#kind;
    const freshness = freshnessOf(options.resourceVersion);
    let entry: Entry | undefined;
    try {
      entry = await store.entry(name, freshness);
    } catch (error) {
      if (!StorageError.is(error, 'FutureRevision')) throw statusOf(error);
      entry = await stored(patiently(this.#kind, freshness.notBefore ?? 0, () => store.entry(name, freshness), options));
    }
    if (!entry) throw notFound(this.definition, name.name);
    return store.codec.decode(entry);
  }

  async list(options: ListOptions = {}): Promise<ObjectList<T>> {
    this.#allow('list');
    return listObjects(this.#kind.store, this.#kind, options);
  }

  watch(options: WatchOptions = {}): Observable<WatchEvent<T>> {
    if (!this.definition.verbs.includes('watch')) return throwError(methodNotAllowed);
    return watchObjects(this.#kind.store, this.#kind, options).pipe(takeUntil(this.#kind.stopped));
  }

  async create(object: T, options: WriteOptions = {}): Promise<Stored<T>> {
    this.#allow('create');
    return createObject(this.#kind, object, options);
  }

  async update(object: T, options: WriteOptions = {}): Promise<Stored<T>> {
    this.#allow('update');
    return updateObject(this.#kind, object, options);
  }

  async modify(name: ObjectName, change: (current: Stored<T>) => T, options: WriteOptions = {}): Promise<Stored<T>> {
    this.#allow('update');
    return modifyObject(this.#kind, name, change, options);
  }

  async patch(name: ObjectName, patch: Patch, options: WriteOptions = {}): Promise<Stored<T>> {
    this.#allow('patch');
    return patchObject(this.#kind, name, patch, options);
  }

  async apply(object: Partial<T>, options: ApplyOptions): Promise<Stored<T>> {
    this.#allow('patch');
    const { apiVersion, kind } = this.definition;
    const name = nameOf({ metadata: object.metadata });
    if (!name.name) throw badRequest('metadata.name is required');
    const force = options.force === undefined ? {} : { force: options.force };
    return patchObject(this.#kind, name, { type: 'apply', patch: { apiVersion, kind, ...object }, ...force }, options);
  }

  async delete(name: ObjectName, options: DeleteOptions = {}): Promise<Stored<T>> {
    this.#allow('delete');
    return deleteObject(this.#kind, name, options);
  }

  async deleteMany(options: ListOptions & DeleteOptions): Promise<ObjectList<T>> {
    this.#allow('deletecollection');
    return deleteObjects(this.#kind, options);
  }

  subresource<S extends keyof SubresourceTypes<T>>(name: S): SubresourceRegistry<SubresourceTypes<T>[S] & KubeObject> {
    const { subresources } = this.definition;
    const definition = Object.hasOwn(subresources, name) ? subresources[name] : undefined;
    const verbs = definition ? (this.#actions[name] ?? verbsOf(this.#kind, name, definition)) : {};
    // The name decides which of the classes it is, and so what it reads and writes.
    return subresourceRegistry(definition, verbs as SubresourceVerbs<SubresourceTypes<T>[S] & KubeObject>);
  }

  #allow(verb: Verb): void {
    if (!this.definition.verbs.includes(verb)) throw methodNotAllowed();
  }
}

function verbsOf<T extends KubeObject>(kind: KindContext<T>, name: string, definition: SubresourceDefinition): object {
  if (definition.type === 'object') return new ObjectSubresource(kind, name);
  if (definition.type === 'scale') return new ScaleSubresource(kind, definition);
  if (name === 'binding') return new PodBinding(kind as unknown as KindContext<Pod>); // only pods have it
  return {};
}
