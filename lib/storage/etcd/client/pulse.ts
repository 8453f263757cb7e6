import type { Environment, Timer } from '../../../base/environment.js';

/** What a {@link Pulse} needs. */
export interface PulseOptions {
  readonly environment: Environment;
  /** Milliseconds of silence before it is asked for a sign of life. */
  readonly every: number;
  /** Milliseconds it has for that. */
  readonly timeout: number;
  /** Asks for a sign; whatever comes back is to be told by {@link Pulse.heard}. */
  readonly ask: () => void;
  readonly onSilence: () => void;
}

/** Watches over a member as long as it owes something: it may take its time, but must show signs of life. */
export class Pulse {
  readonly #options: PulseOptions;
  #owed = 0;
  #heardAt = 0;
  #timer: Timer | undefined;

  constructor(options: PulseOptions) {
    this.#options = options;
  }

  /** It owes one thing more. */
  owe(): void {
    if (this.#owed++ > 0) return;
    this.heard();
    this.#timer ??= this.#later(this.#options.every, () => this.#check());
  }

  /** It owes one thing less. */
  settle(): void {
    this.#owed--;
  }

  /** It has said something. */
  heard(): void {
    this.#heardAt = this.#options.environment.monotonic();
  }

  /** Nothing is owed any more. */
  stop(): void {
    this.#owed = 0;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #check(): void {
    const { environment, every, timeout, ask } = this.#options;
    this.#timer = undefined;
    if (this.#owed === 0) return;
    const quiet = environment.monotonic() - this.#heardAt;
    if (quiet < every) {
      this.#timer = this.#later(every - quiet, () => this.#check());
      return;
    }
    const asked = environment.monotonic();
    this.#timer = this.#later(timeout, () => this.#afterInput(() => this.#judge(asked)));
    ask();
  }

  /** If this process itself was held up, the sign may be there but unread: timers come before input. */
  #afterInput(then: () => void): void {
    this.#timer = this.#later(0, then);
  }

  #judge(asked: number): void {
    this.#timer = undefined;
    if (this.#owed === 0) return;
    if (this.#heardAt >= asked) this.#check();
    else this.#options.onSilence();
  }

  #later(milliseconds: number, callback: () => void): Timer {
    return this.#options.environment.timer(milliseconds, callback, { unref: true });
  }
}
