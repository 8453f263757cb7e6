import type { Type } from './types.js';
import type { Result } from './values.js';

/** A type that stands for data from outside: how large such data can be, and how a piece of it becomes a value. */
export interface DeclaredType {
  readonly type: Type;
  /** The most characters, items or entries; 0 where there are none to count. */
  readonly maxElements: number;
  /** The fewest bytes that a value takes as JSON. */
  readonly minSize: number;
  /** Of objects, by their names in expressions. */
  readonly fields?: ReadonlyMap<string, DeclaredField>;
  /** Of lists and maps. */
  readonly element?: DeclaredType;
  /** A value over the data, which is not copied. */
  read(data: unknown): Result;
}

export interface DeclaredField {
  /** In the data. */
  readonly name: string;
  readonly declared: DeclaredType;
}
