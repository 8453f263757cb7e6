import { deepFreeze } from '../../api/encode.js';
import type { KubeObject, ObjectName } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import type { Patch, SubresourceRegistry, WriteOptions } from '../registry.js';
import type { ApiCall, HttpTransport } from './http-transport.js';
import { modifyUntilCurrent } from './modify.js';
import { patchBody } from './patch-body.js';
import { objectPath, writeQuery } from './resource-path.js';

/** One subresource of one kind over HTTP. */
export class RemoteSubresource<S extends KubeObject> implements SubresourceRegistry<S> {
  readonly #definition: ResourceDefinition;
  readonly #name: string;
  readonly #transport: HttpTransport;

  constructor(definition: ResourceDefinition, name: string, transport: HttpTransport) {
    this.#definition = definition;
    this.#name = name;
    this.#transport = transport;
  }

  get(name: ObjectName): Promise<S> {
    return this.#call('GET', name);
  }

  create(name: ObjectName, object: S, options: WriteOptions = {}): Promise<S> {
    return this.#call('POST', name, { body: this.#typed(object) }, options);
  }

  update(name: ObjectName, object: S, options: WriteOptions = {}): Promise<S> {
    return this.#call('PUT', name, { body: this.#typed(object) }, options);
  }

  modify(name: ObjectName, change: (current: S) => S, options: WriteOptions = {}): Promise<S> {
    return modifyUntilCurrent(
      () => this.get(name),
      change,
      (changed) => this.update(name, changed, options),
    );
  }

  patch(name: ObjectName, patch: Patch, options: WriteOptions = {}): Promise<S> {
    return this.#call('PATCH', name, patchBody(patch), options);
  }

  /** Its kind may be another than the parent's: Scale, Binding, Eviction. */
  #typed(object: S): S {
    const known = this.#definition.subresources[this.#name];
    if (!known) return object;
    return { ...object, apiVersion: known.group === '' ? known.version : `${known.group}/${known.version}`, kind: known.kind };
  }

  async #call(method: ApiCall['method'], name: ObjectName, part: Partial<ApiCall> = {}, options: WriteOptions = {}): Promise<S> {
    const { signal, onWarning } = options;
    const path = objectPath(this.#definition, name, this.#name);
    return deepFreeze(
      await this.#transport.json<S>({ method, path, query: method === 'GET' ? {} : writeQuery(options), ...part, signal, onWarning }),
    );
  }
}
