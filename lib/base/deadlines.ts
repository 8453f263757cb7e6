import type { Environment, Timer } from './environment.js';

/** What has begun and should be over at some time. */
export interface Deadlined {
  /** Milliseconds on the monotonic clock; set by those who keep the time. */
  due: number;
  /** Called once, when the time is over. */
  expire(): void;
}

/**
 * Things that are all given the same time, so the first to begin is the first whose time is over: one timer does for all. It may go on
 * after the last of them is through, until {@link Deadlines.stop}, and does not keep the process alive.
 */
export class Deadlines {
  readonly #environment: Pick<Environment, 'monotonic' | 'timer'>;
  readonly #milliseconds: number;
  readonly #open = new Set<Deadlined>();
  #timer: Timer | undefined;

  /** `milliseconds`: the time of each. */
  constructor(environment: Pick<Environment, 'monotonic' | 'timer'>, milliseconds: number) {
    this.#environment = environment;
    this.#milliseconds = milliseconds;
  }

  /** Its time begins. */
  add(one: Deadlined): void {
    one.due = this.#environment.monotonic() + this.#milliseconds;
    this.#open.add(one);
    this.#timer ??= this.#arm(this.#milliseconds);
  }

  /** It is through. */
  delete(one: Deadlined): void {
    this.#open.delete(one);
  }

  /** Leaves no timer; what is still open is not told any more. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#open.clear();
  }

  #arm(milliseconds: number): Timer {
    return this.#environment.timer(Math.ceil(milliseconds), () => this.#expire(), { unref: true });
  }

  #expire(): void {
    const now = this.#environment.monotonic();
    this.#timer = undefined;
    for (const one of this.#open) {
      if (one.due > now) {
        this.#timer = this.#arm(one.due - now);
        return;
      }
      this.#open.delete(one);
      one.expire();
    }
  }
}
