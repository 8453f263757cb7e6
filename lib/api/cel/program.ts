import type { Checked } from './checker.js';
import { checkExpression } from './checker.js';
import type { Environment } from './environment.js';
import type { Step } from './frame.js';
import { ExpressionSyntaxError, issuesText } from './issue.js';
import type { Meter } from './meter.js';
import { parseExpression } from './parser.js';
import { Planner } from './planner.js';
import type { Type } from './types.js';
import type { Result } from './values.js';

/** An expression does not compile. The message says where, as cel-go does. */
export class CompilationError extends Error {}

/** A compiled expression: it runs as often as is wanted, and does not change. */
export class Program {
  readonly checked: Checked;
  readonly #step: Step;
  readonly #slots: number;

  /** Throws {@link CompilationError} for what breaks the grammar, names what is not there, or does not fit its types. */
  constructor(source: string, environment: Environment) {
    this.checked = check(source, environment);
    const planner = new Planner(this.checked);
    this.#step = planner.plan(this.checked.root);
    this.#slots = planner.slots;
  }

  /** The type of its value. */
  get type(): Type {
    return this.checked.typeOf(this.checked.root);
  }

  /** Whether it reads a variable. */
  reads(name: string): boolean {
    return [...this.checked.names.values()].includes(name);
  }

  /** Throws `CostExceeded` when it costs more than the meter allows. */
  evaluate(variable: (name: string) => Result | undefined, meter: Meter): Result {
    return this.#step({ variable, meter, slots: new Array<Result | undefined>(this.#slots) });
  }
}

function check(source: string, environment: Environment): Checked {
  let checked: Checked;
  try {
    checked = checkExpression(parseExpression(source), environment);
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    throw new CompilationError(issuesText(source, [error]));
  }
  if (checked.issues.length > 0) throw new CompilationError(issuesText(source, checked.issues));
  return checked;
}
