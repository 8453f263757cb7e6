import type { FieldError } from '../field-error.js';
import { duplicate, forbiddenField, invalid, notSupported, required, tooLong, tooMany } from '../field-error.js';
import { Effort } from './effort.js';
import type { Syntax } from './names.js';

/** Nobody reads more than so many faults of one object, and an answer that has them all may be a thousand times the size of the body. */
export const MOST_FAULTS = 1000;
/** Nor more characters than these, but for those of one fault. */
const MOST_TEXT = 500_000;

/** Thrown by {@link Faults} when it is full, so that no rule goes on for nothing. */
export class TooManyFaults extends Error {
  constructor(
    /** Those found until then. */
    readonly faults: readonly FieldError[],
  ) {
    super(`more than ${MOST_FAULTS} faults`);
  }
}

/** What is wrong with an object so far. The rules of kinds are made of its checks; each tells whether its value passed. */
export class Faults {
  readonly list: FieldError[] = [];
  #effort: Effort | undefined;
  #text = 0;

  /** `effort`: default one of its own. */
  constructor(effort?: Effort) {
    this.#effort = effort;
  }

  /** What it may take to hold the object against its schema. */
  get effort(): Effort {
    return (this.#effort ??= new Effort());
  }

  /** Throws {@link TooManyFaults} when there are as many as anybody wants to know. */
  add(error: FieldError): false {
    this.list.push(error);
    this.#text += error.message.length + error.field.length;
    if (this.list.length >= MOST_FAULTS || this.#text > MOST_TEXT) throw new TooManyFaults(this.list);
    return false;
  }

  /** The value must be there: not undefined, null, or the empty text. */
  required(path: string, value: unknown, detail?: string): boolean {
    if (value !== undefined && value !== null && value !== '') return true;
    return this.add(required(path, detail));
  }

  /** The value, where given, is one of these. */
  oneOf(path: string, value: unknown, supported: readonly string[]): boolean {
    if (value === undefined || value === null || (supported as readonly unknown[]).includes(value)) return true;
    return this.add(notSupported(path, value, supported));
  }

  /** The value must be given and be one of these. */
  requiredOneOf(path: string, value: unknown, supported: readonly string[]): boolean {
    return this.required(path, value) && this.oneOf(path, value, supported);
  }

  /** The text has a form; each complaint is a fault of its own. */
  syntax(path: string, value: string, form: Syntax): boolean {
    const wrong = form(value);
    for (const detail of wrong) this.add(invalid(path, value, detail));
    return wrong.length === 0;
  }

  /** The text must be given and have a form. */
  requiredSyntax(path: string, value: string | undefined, form: Syntax): boolean {
    return this.required(path, value) && this.syntax(path, value!, form);
  }

  inRange(path: string, value: number | undefined | null, min: number, max: number): boolean {
    if (value === undefined || value === null || (value >= min && value <= max)) return true;
    return this.add(invalid(path, value, `must be between ${min} and ${max}, inclusive`));
  }

  /** A port of TCP, UDP or SCTP. */
  port(path: string, value: number | undefined | null): boolean {
    return this.inRange(path, value, 1, 65_535);
  }

  nonNegative(path: string, value: number | undefined | null): boolean {
    if (value === undefined || value === null || value >= 0) return true;
    return this.add(invalid(path, value, 'must be greater than or equal to 0'));
  }

  atLeast(path: string, value: number | undefined | null, min: number): boolean {
    if (value === undefined || value === null || value >= min) return true;
    return this.add(invalid(path, value, `must be greater than or equal to ${min}`));
  }

  /** The field keeps its value. */
  immutable(path: string, value: unknown, old: unknown): boolean {
    return sameJson(value, old) || this.add(invalid(path, value, 'field is immutable'));
  }

  invalid(path: string, value: unknown, detail: string): false {
    return this.add(invalid(path, value, detail));
  }

  forbidden(path: string, detail: string): false {
    return this.add(forbiddenField(path, detail));
  }

  duplicate(path: string, value: unknown): false {
    return this.add(duplicate(path, value));
  }

  tooLong(path: string, max: number): false {
    return this.add(tooLong(path, max));
  }

  tooMany(path: string, actual: number, max: number): boolean {
    return actual <= max || this.add(tooMany(path, actual, max));
  }
}

/** Whether two JSON values are equal, whatever the order of their members. An absent member equals an undefined one. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  return sameMembers(a as Record<string, unknown>, b as Record<string, unknown>);
}

function sameMembers(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  for (const key of Object.keys(a)) if (!sameJson(a[key], Object.hasOwn(b, key) ? b[key] : undefined)) return false;
  for (const key of Object.keys(b)) if (b[key] !== undefined && !Object.hasOwn(a, key)) return false;
  return true;
}

/** What rules complain of; of more than anybody wants to know, the first part. */
export function faultsOf(rules: () => readonly FieldError[] | undefined): readonly FieldError[] {
  try {
    return rules() ?? [];
  } catch (error) {
    if (error instanceof TooManyFaults) return error.faults;
    throw error;
  }
}
