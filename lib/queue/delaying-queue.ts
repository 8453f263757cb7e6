import type { Environment, Timer } from '../base/environment.js';
import type { HeapItem } from '../base/heap.js';
import { Heap } from '../base/heap.js';
import { DedupeQueue } from './dedupe-queue.js';

interface Delayed<K> extends HeapItem {
  readonly key: K;
  readonly due: number;
  readonly order: number;
}

/** What a {@link DelayingQueue} takes. */
export interface DelayingQueueOptions {
  readonly environment: Pick<Environment, 'monotonic' | 'timer'>;
}

/**
 * A {@link DedupeQueue} whose keys may become due later. Besides what holds there:
 *
 * 1. Not early: a delayed key is added when its time is over, on a clock that does not jump.
 * 2. One delay a key: of several the earliest stands.
 * 3. Independent: adding the key at once does not cancel its delay; {@link DelayingQueue.cancelDelay} does.
 * 4. One timer for all keys, and none when nothing is delayed or the queue is closed.
 */
export class DelayingQueue<K = string> extends DedupeQueue<K> {
  readonly #environment: DelayingQueueOptions['environment'];
  readonly #byKey = new Map<K, Delayed<K>>();
  readonly #byTime = new Heap<Delayed<K>>((a, b) => a.due < b.due || (a.due === b.due && a.order < b.order));
  #order = 0;
  #timer: Timer | undefined;
  /** When the timer fires. */
  #wakeAt = Infinity;

  constructor({ environment }: DelayingQueueOptions) {
    super();
    this.#environment = environment;
  }

  /** Keys whose time has not come. */
  get delayed(): number {
    return this.#byKey.size;
  }

  /** Adds a key after so many milliseconds; at once when there are none. */
  addAfter(key: K, milliseconds: number): void {
    if (this.closed) return;
    if (milliseconds <= 0) return this.add(key);
    const due = this.#environment.monotonic() + milliseconds;
    const known = this.#byKey.get(key);
    if (known && known.due <= due) return;
    if (known) this.#byTime.remove(known);
    const delayed = { key, due, order: this.#order++, index: -1 };
    this.#byKey.set(key, delayed);
    this.#byTime.push(delayed);
    this.#arm();
  }

  /** The key does not become due any more, unless it is delayed anew. */
  cancelDelay(key: K): void {
    const delayed = this.#byKey.get(key);
    if (!delayed) return;
    this.#forget(delayed);
    this.#arm();
  }

  override close(): void {
    this.#byKey.clear();
    this.#byTime.clear();
    this.#arm();
    super.close();
  }

  #forget(delayed: Delayed<K>): void {
    this.#byKey.delete(delayed.key);
    this.#byTime.remove(delayed);
  }

  #arm(): void {
    const due = this.#byTime.peek()?.due ?? Infinity;
    if (due === this.#wakeAt) return;
    this.#timer?.cancel();
    this.#wakeAt = due;
    this.#timer =
      due === Infinity ? undefined : this.#environment.timer(Math.ceil(due - this.#environment.monotonic()), () => this.#wake());
  }

  #wake(): void {
    this.#timer = undefined;
    this.#wakeAt = Infinity;
    const now = this.#environment.monotonic();
    for (let next = this.#byTime.peek(); next && next.due <= now; next = this.#byTime.peek()) {
      this.#forget(next);
      this.add(next.key);
    }
    this.#arm();
  }
}
