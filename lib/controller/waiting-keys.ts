import type { Environment } from '../base/environment.js';
import { MOST_CAUSES } from './key-run.js';
import type { Cause } from './wake.js';

/** Why a key waits, and since when. */
export interface WaitingKey {
  readonly causes: readonly Cause[];
  readonly wakes: number;
  /** On the monotonic clock; in the future for keys that are delayed. */
  readonly since: number;
}

interface Collected extends WaitingKey {
  readonly causes: Cause[];
  wakes: number;
}

/** Why the keys of a queue wait. A wake goes before a delay: only a key that nobody has woken runs for the delay's reason. */
export class WaitingKeys {
  readonly #environment: Pick<Environment, 'monotonic'>;
  readonly #woken = new Map<string, Collected>();
  readonly #delayed = new Map<string, WaitingKey>();

  constructor(environment: Pick<Environment, 'monotonic'>) {
    this.#environment = environment;
  }

  wake(key: string, cause: Cause): void {
    const known = this.#woken.get(key);
    if (!known) {
      this.#woken.set(key, { causes: [cause], wakes: 1, since: this.#environment.monotonic() });
      return;
    }
    known.wakes += 1;
    if (known.causes.length < MOST_CAUSES) known.causes.push(cause);
  }

  delay(key: string, cause: Cause, milliseconds: number): void {
    this.#delayed.set(key, { causes: [cause], wakes: 1, since: this.#environment.monotonic() + milliseconds });
  }

  /** Undefined when the key does not wait. */
  peek(key: string): WaitingKey | undefined {
    return this.#woken.get(key) ?? this.#delayed.get(key);
  }

  take(key: string): WaitingKey | undefined {
    const waiting = this.peek(key);
    this.#woken.delete(key);
    this.#delayed.delete(key);
    return waiting;
  }

  clear(): void {
    this.#woken.clear();
    this.#delayed.clear();
  }
}
