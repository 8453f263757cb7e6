import type { Observable } from 'rxjs';
import type { KubeObject, ObjectList, ObjectName, Stored } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
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
} from '../registry/registry.js';

/** Is told what writes have answered. */
export interface WriteListener {
  wrote<T extends KubeObject>(definition: ResourceDefinition<T>, object: Stored<T>): void;
  /** `last`: as it was. */
  deleted<T extends KubeObject>(definition: ResourceDefinition<T>, last: Stored<T>): void;
}

/** A registry that tells somebody what is written through it. */
export class TrackedRegistry<T extends KubeObject> implements Registry<T> {
  readonly definition: ResourceDefinition<T>;
  readonly #registry: Registry<T>;
  readonly #listener: WriteListener;

  constructor(registry: Registry<T>, listener: WriteListener) {
    this.definition = registry.definition;
    this.#registry = registry;
    this.#listener = listener;
  }

  get(name: ObjectName, options?: GetOptions): Promise<Stored<T>> {
    return this.#registry.get(name, options);
  }

  list(options?: ListOptions): Promise<ObjectList<T>> {
    return this.#registry.list(options);
  }

  watch(options?: WatchOptions): Observable<WatchEvent<T>> {
    return this.#registry.watch(options);
  }

  async create(object: T, options?: WriteOptions): Promise<Stored<T>> {
    return this.#wrote(await this.#registry.create(object, options), options);
  }

  async update(object: T, options?: WriteOptions): Promise<Stored<T>> {
    return this.#wrote(await this.#registry.update(object, options), options);
  }

  async modify(name: ObjectName, change: (current: Stored<T>) => T, options?: WriteOptions): Promise<Stored<T>> {
    return this.#wrote(await this.#registry.modify(name, change, options), options);
  }

  async patch(name: ObjectName, patch: Patch, options?: WriteOptions): Promise<Stored<T>> {
    return this.#wrote(await this.#registry.patch(name, patch, options), options);
  }

  async apply(object: Partial<T>, options: ApplyOptions): Promise<Stored<T>> {
    return this.#wrote(await this.#registry.apply(object, options), options);
  }

  async delete(name: ObjectName, options?: DeleteOptions): Promise<Stored<T>> {
    return this.#deleted(await this.#registry.delete(name, options), options);
  }

  async deleteMany(options: ListOptions & DeleteOptions): Promise<ObjectList<T>> {
    const list = await this.#registry.deleteMany(options);
    for (const object of list.items) this.#deleted(object, options);
    return list;
  }

  subresource<S extends keyof SubresourceTypes<T>>(name: S): SubresourceRegistry<SubresourceTypes<T>[S] & KubeObject> {
    const inner = this.#registry.subresource(name);
    // Those of other types act on an object, and answer with something else than it.
    if (this.definition.subresources[name]?.type !== 'object') return inner;
    return new TrackedSubresource(inner, (object, options) => void this.#wrote(object as Stored<T>, options));
  }

  #wrote(object: Stored<T>, options: WriteOptions | undefined): Stored<T> {
    if (options?.dryRun) return object;
    if (isGone(object)) this.#listener.deleted(this.definition, object);
    else this.#listener.wrote(this.definition, object);
    return object;
  }

  #deleted(object: Stored<T>, options: WriteOptions | undefined): Stored<T> {
    if (options?.dryRun) return object;
    if (object.metadata.deletionTimestamp && !isGone(object)) this.#listener.wrote(this.definition, object);
    else this.#listener.deleted(this.definition, object);
    return object;
  }
}

class TrackedSubresource<S extends KubeObject> implements SubresourceRegistry<S> {
  readonly #inner: SubresourceRegistry<S>;
  readonly #wrote: (object: S, options: WriteOptions | undefined) => void;

  constructor(inner: SubresourceRegistry<S>, wrote: (object: S, options: WriteOptions | undefined) => void) {
    this.#inner = inner;
    this.#wrote = wrote;
  }

  get(name: ObjectName): Promise<S> {
    return this.#inner.get(name);
  }

  async create(name: ObjectName, object: S, options?: WriteOptions): Promise<S> {
    return this.#told(await this.#inner.create(name, object, options), options);
  }

  async update(name: ObjectName, object: S, options?: WriteOptions): Promise<S> {
    return this.#told(await this.#inner.update(name, object, options), options);
  }

  async modify(name: ObjectName, change: (current: S) => S, options?: WriteOptions): Promise<S> {
    return this.#told(await this.#inner.modify(name, change, options), options);
  }

  async patch(name: ObjectName, patch: Patch, options?: WriteOptions): Promise<S> {
    return this.#told(await this.#inner.patch(name, patch, options), options);
  }

  #told(object: S, options: WriteOptions | undefined): S {
    this.#wrote(object, options);
    return object;
  }
}

/** Nothing keeps it: neither finalizers, which namespaces have in their spec, too, nor a grace period. */
function isGone(object: Stored<KubeObject>): boolean {
  const { deletionTimestamp, finalizers = [], deletionGracePeriodSeconds = 0 } = object.metadata;
  const own = (object as { readonly spec?: { readonly finalizers?: readonly string[] } }).spec?.finalizers ?? [];
  return deletionTimestamp !== undefined && finalizers.length + own.length === 0 && deletionGracePeriodSeconds === 0;
}
