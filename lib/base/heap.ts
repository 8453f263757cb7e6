/** What a {@link Heap} keeps in each of its items: where it stands, or -1 outside. Set by the heap alone. */
export interface HeapItem {
  index: number;
}

/** A binary heap: the least item first. Items can be removed in O(log n), so nothing cancelled stays in memory. */
export class Heap<T extends HeapItem> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  /** `before` is a strict order: ties must be broken for the order to be deterministic. */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    this.#place(item, this.#items.length);
    this.#up(item);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first) this.remove(first);
    return first;
  }

  /** Does nothing for an item that is not in the heap. */
  remove(item: T): void {
    const { index } = item;
    if (index < 0) return;
    item.index = -1;
    const last = this.#items.pop();
    if (!last || last === item) return;
    this.#place(last, index);
    this.#up(last);
    this.#down(last);
  }

  clear(): void {
    for (const item of this.#items) item.index = -1;
    this.#items.length = 0;
  }

  #place(item: T, index: number): void {
    this.#items[index] = item;
    item.index = index;
  }

  #up(item: T): void {
    while (item.index > 0) {
      const parent = this.#items[(item.index - 1) >> 1]!;
      if (!this.#before(item, parent)) return;
      this.#swap(item, parent);
    }
  }

  #down(item: T): void {
    for (;;) {
      const left = this.#items[item.index * 2 + 1];
      const right = this.#items[item.index * 2 + 2];
      const least = left && right && this.#before(right, left) ? right : left;
      if (!least || !this.#before(least, item)) return;
      this.#swap(item, least);
    }
  }

  #swap(a: T, b: T): void {
    const { index } = a;
    this.#place(a, b.index);
    this.#place(b, index);
  }
}
