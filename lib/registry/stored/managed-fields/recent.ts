/**
 * What was used lately, by a key. At most twice `size` entries, fewer when some weigh more than one: what was not used while so many
 * others came is forgotten. A hit costs one look-up, where a list in order of use would have to be put in order again.
 */
export class Recent<K, V> {
  readonly #size: number;
  #young = new Map<K, Weighed<V>>();
  #old = new Map<K, Weighed<V>>();
  #weight = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get(key: K): V | undefined {
    const found = this.#young.get(key);
    if (found) return found.value;
    const old = this.#old.get(key);
    if (old) this.#put(key, old);
    return old?.value;
  }

  /** `weight`: how many entries it counts as, so that large ones do not add up; not kept at all when it counts as more than `size`. */
  set(key: K, value: V, weight = 1): void {
    if (weight <= this.#size) this.#put(key, { value, weight });
  }

  #put(key: K, entry: Weighed<V>): void {
    if (this.#weight + entry.weight > this.#size) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#weight = 0;
    }
    this.#weight += entry.weight;
    this.#young.set(key, entry);
  }
}

interface Weighed<V> {
  readonly value: V;
  readonly weight: number;
}

/** The same text in one piece: one that was added up bit by bit is kept as a tree of its bits, which takes ten times the memory. */
export function inOnePiece(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}
