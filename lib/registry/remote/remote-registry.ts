import type { Observable } from 'rxjs';
import { deepFreeze } from '../../api/encode.js';
import type { KubeObject, ObjectList, ObjectName, Stored } from '../../api/object.js';
import { nameOf } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import type { Status } from '../../api/status-error.js';
import { badRequest } from '../../api/status-error.js';
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
import type { ApiCall, HttpTransport } from './http-transport.js';
import { modifyUntilCurrent } from './modify.js';
import { patchBody } from './patch-body.js';
import { RemoteSubresource } from './remote-subresource.js';
import { remoteWatch } from './remote-watch.js';
import { collectionPath, objectPath, selectionQuery, writeQuery } from './resource-path.js';

/** A list as it travels: its items lack kind and apiVersion. */
interface ListBody<T extends KubeObject> {
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string; readonly remainingItemCount?: number };
  readonly items: readonly T[] | null;
}

/** Access to one kind over HTTP. */
export class RemoteRegistry<T extends KubeObject> implements Registry<T> {
  readonly #transport: HttpTransport;

  constructor(
    readonly definition: ResourceDefinition<T>,
    transport: HttpTransport,
  ) {
    this.#transport = transport;
  }

  async get(name: ObjectName, { resourceVersion, signal }: GetOptions = {}): Promise<Stored<T>> {
    return this.#frozen(await this.#transport.json<T>({ method: 'GET', path: this.#path(name), query: { resourceVersion }, signal }));
  }

  async list(options: ListOptions = {}): Promise<ObjectList<T>> {
    return this.#listOf(
      await this.#transport.json<ListBody<T>>({
        method: 'GET',
        path: collectionPath(this.definition, options.namespace),
        query: listQuery(options),
        signal: options.signal,
      }),
    );
  }

  watch(options: WatchOptions = {}): Observable<WatchEvent<T>> {
    return remoteWatch(this.#transport, this.definition, options);
  }

  async create(object: T, options: WriteOptions = {}): Promise<Stored<T>> {
    const path = collectionPath(this.definition, object.metadata?.namespace || 'default');
    return this.#write({ method: 'POST', path, body: this.#typed(object) }, { ...options, onCreated: undefined });
  }

  async update(object: T, options: WriteOptions = {}): Promise<Stored<T>> {
    const name = nameOf({ metadata: object.metadata });
    if (!name.name) throw badRequest('name must be provided');
    return this.#write({ method: 'PUT', path: this.#path(name), body: this.#typed(object) }, options);
  }

  modify(name: ObjectName, change: (current: Stored<T>) => T, options: WriteOptions = {}): Promise<Stored<T>> {
    return modifyUntilCurrent(
      () => this.get(name),
      change,
      (changed) => this.update(changed, options),
    );
  }

  async patch(name: ObjectName, patch: Patch, options: WriteOptions = {}): Promise<Stored<T>> {
    const query = { force: patch.type === 'apply' && patch.force ? 'true' : undefined };
    return this.#write({ method: 'PATCH', path: this.#path(name), query, ...patchBody(patch) }, options);
  }

  async apply(object: Partial<T>, options: ApplyOptions): Promise<Stored<T>> {
    const typed = this.#typed(object as T);
    const name = nameOf({ metadata: typed.metadata });
    if (!name.name) throw badRequest('metadata.name is required');
    return this.patch(name, { type: 'apply', patch: typed, ...(options.force ? { force: true } : {}) }, options);
  }

  /** Where the server answers with a Status, the object as it was before. */
  async delete(name: ObjectName, options: DeleteOptions = {}): Promise<Stored<T>> {
    const before = this.definition.deleteReturnsObject ? undefined : await this.get(name, { signal: options.signal });
    const answer = await this.#transport.json<T | Status>({
      method: 'DELETE',
      path: this.#path(name),
      body: deleteBody(options),
      signal: options.signal,
    });
    return before !== undefined && answer.kind === 'Status' ? before : this.#frozen(answer as T);
  }

  async deleteMany(options: ListOptions & DeleteOptions): Promise<ObjectList<T>> {
    const call = {
      method: 'DELETE',
      path: collectionPath(this.definition, options.namespace),
      query: listQuery(options),
      body: deleteBody(options),
      signal: options.signal,
    } as const;
    return this.#listOf(await this.#transport.json<ListBody<T>>(call));
  }

  subresource<S extends keyof SubresourceTypes<T>>(name: S): SubresourceRegistry<SubresourceTypes<T>[S] & KubeObject> {
    return new RemoteSubresource<SubresourceTypes<T>[S] & KubeObject>(this.definition, name, this.#transport);
  }

  #path(name: ObjectName): string {
    return objectPath(this.definition, name);
  }

  /** Custom kinds need kind and apiVersion in the body. */
  #typed(object: T): T {
    return { ...object, apiVersion: this.definition.apiVersion, kind: this.definition.kind };
  }

  async #write(call: ApiCall, options: WriteOptions): Promise<Stored<T>> {
    const { signal, onWarning, onCreated } = options;
    const query = { ...writeQuery(options), ...call.query };
    return this.#frozen(await this.#transport.json<T>({ ...call, query, signal, onWarning, onCreated }));
  }

  #listOf({ metadata, items }: ListBody<T>): ObjectList<T> {
    const { apiVersion, kind } = this.definition;
    return {
      items: (items ?? []).map((item) => this.#frozen({ apiVersion, kind, ...item })),
      resourceVersion: metadata.resourceVersion ?? '',
      ...(metadata.continue ? { continue: metadata.continue } : {}),
      ...(metadata.remainingItemCount ? { remainingItemCount: metadata.remainingItemCount } : {}),
    };
  }

  #frozen(object: T): Stored<T> {
    return deepFreeze(object) as unknown as Stored<T>; // the server completes metadata
  }
}

function listQuery(options: ListOptions): Record<string, string | undefined> {
  return {
    ...selectionQuery(options),
    limit: options.limit === undefined ? undefined : String(options.limit),
    continue: options.continue,
    resourceVersion: options.resourceVersion,
    resourceVersionMatch: options.resourceVersionMatch,
  };
}

function deleteBody({ gracePeriodSeconds, propagationPolicy, preconditions, dryRun }: DeleteOptions): object {
  return {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    gracePeriodSeconds,
    propagationPolicy,
    preconditions,
    ...(dryRun ? { dryRun: ['All'] } : {}),
  };
}
