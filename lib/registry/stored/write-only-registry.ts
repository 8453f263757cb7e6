import type { Observable } from 'rxjs';
import { throwError } from 'rxjs';
import type { KubeObject, ObjectList, Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { methodNotAllowed } from '../../api/status-error.js';
import type { Creator, Registry, SubresourceRegistry, WriteOptions } from '../registry.js';
import { subresourceRegistry } from './subresources/subresource.js';

/** The registry of a kind that can only be created: everything else is 405. Its type shows `create` alone. */
export class WriteOnlyRegistry<T extends KubeObject> implements Registry<T> {
  readonly definition: ResourceDefinition<T>;
  readonly #creator: Creator<T>;

  constructor(definition: ResourceDefinition<T>, creator: Creator<T>) {
    this.definition = definition;
    this.#creator = creator;
  }

  create(object: T, options?: WriteOptions): Promise<Stored<T>> {
    return this.#creator.create(object, options);
  }

  get = (): Promise<Stored<T>> => refuse();
  list = (): Promise<ObjectList<T>> => refuse();
  update = (): Promise<Stored<T>> => refuse();
  modify = (): Promise<Stored<T>> => refuse();
  patch = (): Promise<Stored<T>> => refuse();
  apply = (): Promise<Stored<T>> => refuse();
  delete = (): Promise<Stored<T>> => refuse();
  deleteMany = (): Promise<ObjectList<T>> => refuse();
  watch = (): Observable<never> => throwError(methodNotAllowed);
  subresource = <S extends KubeObject>(): SubresourceRegistry<S> => subresourceRegistry<S>(undefined, {});
}

function refuse(): Promise<never> {
  return Promise.reject(methodNotAllowed());
}
