import type { KubeObject, Stored } from '../api/object.js';

/** Objects by key, readable as an array that is made once a change and never edited afterwards. */
export class Bucket<T extends KubeObject> {
  readonly #objects = new Map<string, Stored<T>>();
  #array: readonly Stored<T>[] | undefined;

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): Stored<T> | undefined {
    return this.#objects.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys();
  }

  /** The same array until something changes. */
  get all(): readonly Stored<T>[] {
    this.#array ??= [...this.#objects.values()];
    return this.#array;
  }

  set(key: string, object: Stored<T>): void {
    this.#objects.set(key, object);
    this.#array = undefined;
  }

  delete(key: string): void {
    this.#objects.delete(key);
    this.#array = undefined;
  }
}
