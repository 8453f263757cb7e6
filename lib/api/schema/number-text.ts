/**
 * A number of a JSON text whose form a JavaScript number would not show: `2.0` is no integer for Kubernetes, `1e3` a quantity of its own
 * form; or an integer of more than 64 bits. Numbers that are written as JavaScript writes them are numbers.
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
