import type { Meter } from './meter.js';
import type { Result } from './values.js';

/** The state of one evaluation. */
export interface Frame {
  /** The values of the environment's variables; undefined: it has none. */
  variable(name: string): Result | undefined;
  /** Variables of loops and bindings, each in a place of its own. */
  readonly slots: (Result | undefined)[];
  readonly meter: Meter;
}

/** A part of an expression, ready to run. */
export type Step = (frame: Frame) => Result;
