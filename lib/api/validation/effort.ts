/**
 * What it may take to check one object. Schemas and patterns are written by users, and so are the objects that they are held against:
 * nothing else bounds the product of the two.
 */
export class Effort {
  #left: number;

  /** `steps`: each is 20–60 ns of work. Default 1,500,000; a pattern takes about one for each character. */
  constructor(steps = 1_500_000) {
    this.#left = steps;
  }

  /** Whether more was asked for than there was: then not all has been checked. */
  get spent(): boolean {
    return this.#left < 0;
  }

  /** Takes steps; false once there are none left. */
  take(steps: number): boolean {
    this.#left -= steps;
    return this.#left >= 0;
  }
}
