import type { Environment } from '../../base/environment.js';

/** Something with bytes to write. It must not throw. */
export interface Flushable {
  flush(): void;
}

/**
 * Gathers what many watchers have to write: all of one turn of the event loop goes out together, one write a watcher
 * instead of one an event.
 */
export class WatchTurns {
  readonly #environment: Environment;
  #waiting = new Set<Flushable>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Calls `flush` once, after the present turn. */
  add(one: Flushable): void {
    if (this.#waiting.size === 0) this.#environment.timer(0, () => this.#run());
    this.#waiting.add(one);
  }

  #run(): void {
    const due = this.#waiting;
    this.#waiting = new Set();
    for (const one of due) one.flush();
  }
}
