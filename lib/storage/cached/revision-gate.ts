import type { Environment } from '../../base/environment.js';
import { Heap, type HeapItem } from '../../base/heap.js';
import type { Revision } from '../storage.js';

interface Waiter extends HeapItem {
  readonly revision: Revision;
  readonly order: number;
  readonly settle: (reached: boolean) => void;
}

/** Holds callers until a revision is reached, or their patience ends. */
export class RevisionGate {
  readonly #environment: Environment;
  readonly #patience: number;
  readonly #waiters = new Heap<Waiter>((a, b) => a.revision < b.revision || (a.revision === b.revision && a.order < b.order));
  #order = 0;

  /** `patience`: milliseconds. */
  constructor(environment: Environment, patience: number) {
    this.#environment = environment;
    this.#patience = patience;
  }

  /** Callers that wait. */
  get size(): number {
    return this.#waiters.size;
  }

  /** Whether {@link open} reached the revision; `false` after the time limit or {@link giveUp}. */
  wait(revision: Revision): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (reached: boolean) => {
        timer.cancel();
        this.#waiters.remove(waiter);
        resolve(reached);
      };
      const waiter: Waiter = { revision, order: this.#order++, settle, index: -1 };
      const timer = this.#environment.timer(this.#patience, () => settle(false));
      this.#waiters.push(waiter);
    });
  }

  /** Lets all through that wait for `revision` or an earlier one, the earliest first. */
  open(revision: Revision): void {
    for (let first = this.#waiters.peek(); first !== undefined && first.revision <= revision; first = this.#waiters.peek()) {
      first.settle(true);
    }
  }

  /** Sends all away. */
  giveUp(): void {
    for (let first = this.#waiters.peek(); first !== undefined; first = this.#waiters.peek()) first.settle(false);
  }
}
