import type { Meter } from './meter.js';
import type { Type } from './types.js';
import type { Result, Value } from './values.js';

/** Between how many and how many units, items or entries. */
export interface Size {
  readonly min: number;
  readonly max: number;
}

/**
 * What a call costs, by the sizes of its arguments (the receiver first): when it runs, the true ones; when an expression is judged,
 * the largest possible. `items` are the sizes of the items of arguments that are lists of texts or bytes; 0 where that is not known.
 */
export type Cost = (sizes: readonly number[], items: readonly number[]) => number;

/** One form of a function or operator. */
export interface Overload {
  readonly name: string;
  /** The same for all forms that the estimate treats alike, such as `add_string`. */
  readonly id: string;
  /** Whether it is called on a value: `a.f(b)`. The receiver is then the first parameter. */
  readonly member: boolean;
  readonly parameters: readonly Type[];
  readonly result: Type;
  /** Default 1. */
  readonly cost?: Cost | undefined;
  /** How large the result is. Default: not known. */
  readonly resultSize?: ((sizes: readonly Size[], items: readonly Size[]) => Size) | undefined;
  apply(args: readonly Value[], meter: Meter): Result;
}

/** A unit of a text costs a tenth. */
export const TRAVERSAL = 0.1;
export const traversal = (size: number): number => Math.ceil(size * TRAVERSAL);
/** A regular expression costs a quarter of a unit for each of its own characters and each unit of the text. */
export const matching = (text: number, pattern: number): number => Math.ceil((1 + text) * TRAVERSAL) * Math.ceil(pattern * 0.25);
