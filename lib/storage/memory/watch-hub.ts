import type { StorageError } from '../storage-error.js';
import type { Revision } from '../storage.js';
import type { KeyChange } from './commit-plan.js';

/** Where a watch goes. Called synchronously; must not throw. */
export interface ChangeObserver {
  next(change: KeyChange): void;
  error(error: StorageError): void;
}

/** An open watch. */
export interface HubWatch {
  readonly prefix: string;
  /** Changes up to here are not its business: they lie before its start, or were replayed to it. */
  since: Revision;
  readonly observer: ChangeObserver;
}

/**
 * Open watches by prefix.
 *
 * A change looks up one group for each length that a watched prefix has, so it costs nothing to have watchers of other
 * prefixes; within a group it is a plain loop over callbacks, all given the same frozen-by-contract change.
 */
export class WatchHub {
  readonly #groups = new Map<string, Set<HubWatch>>();
  /** How many groups there are of each prefix length. */
  readonly #lengths = new Map<number, number>();

  /** Open watches. */
  get size(): number {
    let size = 0;
    for (const group of this.#groups.values()) size += group.size;
    return size;
  }

  add(watch: HubWatch): void {
    const group = this.#groups.get(watch.prefix) ?? this.#newGroup(watch.prefix);
    group.add(watch);
  }

  remove(watch: HubWatch): void {
    const group = this.#groups.get(watch.prefix);
    if (!group?.delete(watch) || group.size > 0) return;
    const { length } = watch.prefix;
    const left = this.#lengths.get(length)! - 1;
    this.#groups.delete(watch.prefix);
    if (left === 0) this.#lengths.delete(length);
    else this.#lengths.set(length, left);
  }

  /** Tells every watch whose prefix begins the key. A callback may add and remove watches, also this one's. */
  deliver(change: KeyChange): void {
    const { key } = change.type === 'put' ? change.entry : change.previous;
    for (const length of this.#lengths.keys()) {
      if (length > key.length) continue;
      const group = this.#groups.get(key.slice(0, length));
      if (group === undefined) continue;
      for (const watch of group) if (change.revision > watch.since) watch.observer.next(change);
    }
  }

  /** Ends every watch with this error. */
  end(error: StorageError): void {
    const watches = [...this.#groups.values()].flatMap((group) => [...group]);
    this.#groups.clear();
    this.#lengths.clear();
    for (const { observer } of watches) observer.error(error);
  }

  #newGroup(prefix: string): Set<HubWatch> {
    const group = new Set<HubWatch>();
    this.#groups.set(prefix, group);
    this.#lengths.set(prefix.length, (this.#lengths.get(prefix.length) ?? 0) + 1);
    return group;
  }
}
