import { LruMap } from '../base/lru-map.js';
import type { KubeObject, Stored } from '../api/object.js';
import type { Wake } from './wake.js';

/** Writes that are remembered; the echo of an older one is an extra reconcile. */
const MOST_REMEMBERED = 10_000;

/** Which versions of objects the reconciles of which key have written, so that the watch need not tell them of it. */
export class OwnWrites {
  /** By written version, the key. */
  readonly #keys = new LruMap<string, string>(MOST_REMEMBERED);

  wrote(key: string, { metadata: { uid, resourceVersion } }: Stored<KubeObject>): void {
    this.#keys.set(`${uid}@${resourceVersion}`, key);
  }

  deleted(key: string, { metadata: { uid } }: Stored<KubeObject>): void {
    this.#keys.set(`-${uid}`, key);
  }

  /** That the object itself is gone is never an echo: it has to be told. */
  isEcho({ key, cause }: Wake): boolean {
    if (!cause?.uid || this.#keys.size === 0) return false;
    if (cause.type !== 'deleted') return this.#keys.get(`${cause.uid}@${cause.resourceVersion}`) === key;
    return cause.via !== 'itself' && this.#keys.get(`-${cause.uid}`) === key;
  }
}
