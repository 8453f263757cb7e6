import { Backoff } from '../base/backoff.js';
import type { Environment, Timer } from '../base/environment.js';

/** How to bind and unbind what listens. */
export interface ListeningHooks {
  /** Resolves once bound; rejects when the address cannot be had, holding nothing. */
  readonly open: () => Promise<void>;
  /** Lets the address go before it returns. */
  readonly close: () => void;
  /** Must not throw. */
  readonly onFailure: (error: Error, retryIn: number) => void;
}

/**
 * Brings a socket to where it should be, open or closed, one step at a time, and tries again with back-off when it cannot
 * be bound. Wishes may change at any moment; the last one wins.
 */
export class Listening {
  readonly #environment: Environment;
  readonly #hooks: ListeningHooks;
  readonly #backoff: Backoff;
  #wanted = false;
  #open = false;
  #working: Promise<void> | undefined;
  #retry: Timer | undefined;

  constructor(environment: Environment, hooks: ListeningHooks) {
    this.#environment = environment;
    this.#hooks = hooks;
    this.#backoff = new Backoff({ environment, first: 200, max: 30_000, jitter: 0.2 });
  }

  /** Resolves when no step is under way. A failed bind stays to be tried again in its time, however often the wish is repeated. */
  want(open: boolean): Promise<void> {
    if (open !== this.#wanted) {
      this.#wanted = open;
      this.#retry?.cancel();
      this.#retry = undefined;
      this.#step();
    }
    return this.#working ?? Promise.resolve();
  }

  #step(): void {
    this.#working ??= this.#work().finally(() => (this.#working = undefined));
  }

  async #work(): Promise<void> {
    while (this.#open !== this.#wanted) {
      if (!this.#wanted) {
        this.#hooks.close();
        this.#open = false;
      } else if (!(await this.#tryOpen())) return;
    }
  }

  async #tryOpen(): Promise<boolean> {
    try {
      await this.#hooks.open();
      this.#open = true;
      return true;
    } catch (error) {
      if (!this.#wanted) return true;
      const delay = this.#backoff.next();
      this.#hooks.onFailure(error as Error, delay);
      const again = () => {
        this.#retry = undefined;
        this.#step();
      };
      this.#retry = this.#environment.timer(delay, again, { unref: true });
      return false;
    }
  }
}
