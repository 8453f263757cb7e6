import type { Observable } from 'rxjs';
import { defer, Subject } from 'rxjs';
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import type { ObjectList, Stored } from '../../lib/api/object.js';
import type { ListOptions, Reader, WatchEvent, WatchOptions } from '../../lib/registry/registry.js';

/** An object of a version; another uid makes it another object. */
export function configMap(name: string, resourceVersion: number, uid = name, namespace = 'default'): Stored<ConfigMap> {
  const metadata = { name, namespace, uid, resourceVersion: String(resourceVersion), creationTimestamp: '2025-01-01T00:00:00Z' };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
}

type Answer = ObjectList<ConfigMap> | Error;

/**
 * Reads that fail in the way a test wants: what no healthy registry does on demand. Each list takes the next answer (the
 * last one again when there are no more, for ever pending when there are none); each watch is a subject to play with.
 */
export class ScriptedReader implements Reader<ConfigMap> {
  readonly definition = configMaps;
  readonly lists: ListOptions[] = [];
  readonly watches: { readonly options: WatchOptions; readonly subject: Subject<WatchEvent<ConfigMap>> }[] = [];
  readonly #answers: Answer[];

  constructor(...answers: Answer[]) {
    this.#answers = answers;
  }

  get(): Promise<never> {
    return Promise.reject(new Error('a watcher gets no single objects'));
  }

  list(options: ListOptions = {}): Promise<ObjectList<ConfigMap>> {
    this.lists.push(options);
    const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
    if (!answer) return new Promise(() => undefined);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }

  watch(options: WatchOptions = {}): Observable<WatchEvent<ConfigMap>> {
    return defer(() => {
      const subject = new Subject<WatchEvent<ConfigMap>>();
      this.watches.push({ options, subject });
      return subject;
    });
  }

  /** The watch that was opened last. */
  get watched(): Subject<WatchEvent<ConfigMap>> {
    return this.watches.at(-1)!.subject;
  }

  answer(...answers: Answer[]): void {
    this.#answers.splice(0, this.#answers.length, ...answers);
  }
}

/** A list, the last page of it unless it has a token. */
export function page(resourceVersion: number, items: readonly Stored<ConfigMap>[], token?: string): ObjectList<ConfigMap> {
  return { items, resourceVersion: String(resourceVersion), ...(token ? { continue: token } : {}) };
}
