import type { Environment } from './environment.js';

/** Milliseconds of work in one go. */
const LONGEST = 20;

/** Parts long work, so that others get their turn: to be asked between its steps. */
export class Breather {
  readonly #environment: Pick<Environment, 'monotonic' | 'yield'>;
  #since: number;

  constructor(environment: Pick<Environment, 'monotonic' | 'yield'>) {
    this.#environment = environment;
    this.#since = environment.monotonic();
  }

  /** Resolves at once while 20 ms have not passed since the last pause (or since this was made), else after a pause: in a later macrotask. */
  async breathe(): Promise<void> {
    if (this.#environment.monotonic() - this.#since < LONGEST) return;
    await this.#environment.yield();
    this.#since = this.#environment.monotonic();
  }
}
