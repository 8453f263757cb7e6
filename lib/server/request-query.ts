import { numberOf } from '../api/schema/integers.js';
import { badRequest } from '../api/status-error.js';

/** The query of a request. Unknown parameters are ignored; of repeated ones the first counts, except where {@link all} is asked. */
export class RequestQuery {
  /** `undefined`: there are none, as with most requests. */
  readonly #parameters: URLSearchParams | undefined;

  constructor(text: string) {
    if (text !== '') this.#parameters = new URLSearchParams(text);
  }

  /** `undefined` when absent; empty when given without value. */
  text(name: string): string | undefined {
    return this.#parameters?.get(name) ?? undefined;
  }

  all(name: string): readonly string[] {
    return this.#parameters?.getAll(name) ?? [];
  }

  /** True unless absent, `false` or `0`, as Kubernetes reads booleans. */
  flag(name: string): boolean {
    const value = this.text(name);
    return value !== undefined && value !== 'false' && value !== '0';
  }

  /** Whether the parameter says `true`, or `undefined` when absent or empty. */
  optionalFlag(name: string): boolean | undefined {
    return this.text(name) ? this.flag(name) : undefined;
  }

  /** A whole number of 64 bits, or the nearest that a `number` holds; throws 400 in Go's words for anything else. */
  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^[+-]?\d+$/.test(value)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
    const inRange = Number.isSafeInteger(Number(value)) || typeof numberOf(value.replace('+', '')) === 'bigint';
    if (!inRange) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: value out of range`);
    return Number(value);
  }
}
