/**
 * A queue of keys to work on: the first of three layers.
 *
 * | layer | adds |
 * |---|---|
 * | {@link DedupeQueue} | the guarantees below |
 * | `DelayingQueue` | keys that become due later |
 * | `RateLimitedQueue` | keys that come back after a failure, later each time |
 *
 * What holds for any number of producers and consumers:
 *
 * 1. Fair: keys are given out in the order in which they were first added.
 * 2. One at a time: a key that was taken is not given out again before it is {@link DedupeQueue.done}.
 * 3. Coalescing: a key that waits is given out once, however often it is added meanwhile.
 * 4. Nothing lost: a key that is added while it runs is given out once more after it is done, behind those that wait.
 * 5. After {@link DedupeQueue.close} nothing is given out and nothing is added; what runs may still be reported done.
 *
 * Memory is bounded by the number of different keys. No step waits for a timer or a macrotask.
 */
export class DedupeQueue<K = string> {
  /** In the order of adding. */
  readonly #waiting = new Set<K>();
  readonly #running = new Set<K>();
  /** Running, and added again since. */
  readonly #again = new Set<K>();
  /** Consumers without a key, first come first. */
  readonly #consumers: (() => void)[] = [];
  #idle: (() => void)[] = [];
  /** Stands before the first waiting key. Kept, since a new one has to step over all that was deleted before. */
  #first: IterableIterator<K> | undefined;
  #closed = false;

  /** Keys that wait to be taken. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Keys taken and not yet done. */
  get running(): number {
    return this.#running.size;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Asks for work on a key. */
  add(key: K): void {
    if (this.#closed) return;
    if (this.#running.has(key)) this.#again.add(key);
    else this.#wait(key);
  }

  /** The next key, which then runs; undefined when none waits. */
  take(): K | undefined {
    if (this.#waiting.size === 0) return undefined;
    this.#first ??= this.#waiting.values();
    // Never asked when nothing waits, so it never comes to its end.
    const key = this.#first.next().value as K;
    this.#waiting.delete(key);
    this.#running.add(key);
    return key;
  }

  /** Waits for the next key, which then runs; undefined once the queue is closed. */
  async get(): Promise<K | undefined> {
    // A consumer is woken without a key and takes it when it runs: until then adds of that key still coalesce.
    while (this.#waiting.size === 0 && !this.#closed) await new Promise<void>((wake) => this.#consumers.push(wake));
    return this.take();
  }

  /** Work on a taken key has ended, well or not. */
  done(key: K): void {
    if (!this.#running.delete(key)) return;
    if (this.#again.delete(key)) this.#wait(key);
    this.#tellIdle();
  }

  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#tellIdle();
    });
  }

  /** Forgets what waits; consumers get undefined. */
  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    this.#again.clear();
    for (const wake of this.#consumers.splice(0)) wake();
    this.#tellIdle();
  }

  #wait(key: K): void {
    const before = this.#waiting.size;
    this.#waiting.add(key);
    if (this.#waiting.size > before) this.#consumers.shift()?.();
  }

  #tellIdle(): void {
    if (this.#idle.length === 0 || this.#running.size > 0 || this.#waiting.size > 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }
}
