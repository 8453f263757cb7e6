import type { KubeObject, ObjectName, Stored } from '../../../api/object.js';
import { notFound } from '../../../api/status-error.js';
import type { Patch, WriteOptions } from '../../registry.js';
import type { KindContext } from '../kind-context.js';
import { patchObject } from '../patch/patch-object.js';
import { modifyObject, updateObject } from '../update.js';
import { named } from './named.js';
import type { SubresourceVerbs } from './subresource.js';

/** A subresource that is the parent itself, of which it changes a part: status, finalize, ephemeralcontainers. */
export class ObjectSubresource<T extends KubeObject> implements SubresourceVerbs<T> {
  readonly #kind: KindContext<T>;
  readonly #name: string;

  constructor(kind: KindContext<T>, name: string) {
    this.#kind = kind;
    this.#name = name;
  }

  async get(name: ObjectName): Promise<Stored<T>> {
    const found = await this.#kind.store.find(name);
    if (!found) throw notFound(this.#kind.definition, name.name);
    return found.object;
  }

  update(name: ObjectName, object: T, options: WriteOptions): Promise<Stored<T>> {
    return updateObject(this.#kind, named(object, name), options, this.#name);
  }

  modify(name: ObjectName, change: (current: T) => T, options: WriteOptions): Promise<Stored<T>> {
    return modifyObject(this.#kind, name, change, options, this.#name);
  }

  patch(name: ObjectName, patch: Patch, options: WriteOptions): Promise<Stored<T>> {
    return patchObject(this.#kind, name, patch, options, this.#name);
  }
}
