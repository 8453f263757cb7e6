/** An expression has used up what it may. */
export class CostExceeded extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}

/**
 * Steps that a unit of cost may stand for. A unit of Kubernetes' cost takes about 20 ns here; what it does not count (the depth of
 * what is compared, the length of what is built, the states of a pattern) is counted in steps of about a nanosecond, so that it is
 * bounded too.
 */
const STEPS_PER_UNIT = 20;

/** Counts what an evaluation costs, in Kubernetes' units, and stops it. */
export class Meter {
  #cost = 0;
  #steps = 0;
  readonly #limit: number;
  readonly #mostSteps: number;

  constructor(limit: number) {
    this.#limit = limit;
    this.#mostSteps = limit * STEPS_PER_UNIT;
  }

  /** In Kubernetes' units. */
  get cost(): number {
    return this.#cost;
  }

  /** The cost, or what the work would have cost where that is more: what a budget is to be lessened by. */
  get spent(): number {
    return Math.max(this.#cost, this.#steps / STEPS_PER_UNIT);
  }

  /** Throws {@link CostExceeded}. */
  charge(units: number): void {
    this.#cost += units;
    if (this.#cost > this.#limit) throw new CostExceeded();
  }

  /** Counts work that has no price. Throws {@link CostExceeded}. */
  work(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#mostSteps) throw new CostExceeded();
  }
}
