/**
 * A number of a JSON text that JavaScript's `number` cannot stand for: one with a fraction or exponent (`2.0` is no integer for
 * Kubernetes, `1e3` a quantity of its own form), or one with more digits than a double holds.
 */
export class NumberText {
  constructor(readonly text: string) {}

  /** The nearest double. */
  valueOf(): number {
    return Number(this.text);
  }

  toJSON(): number {
    return Number(this.text);
  }
}
