/** Counts work that runs at once. It bounds nothing by itself: whoever starts work waits for {@link InFlight.room} first. */
export class InFlight {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Starts `work`, which must not reject. */
  run(work: () => Promise<void>): void {
    this.#running++;
    void work().finally(() => {
      this.#running--;
      for (const resume of this.#waiting.splice(0)) resume();
    });
  }

  /** Resolves when fewer than `most` are running. */
  async room(): Promise<void> {
    while (this.#running >= this.#most) await this.#change();
  }

  /** Resolves when nothing is running. */
  async idle(): Promise<void> {
    while (this.#running > 0) await this.#change();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
