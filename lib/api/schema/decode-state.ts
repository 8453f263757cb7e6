import { MAX_DEPTH } from './depth.js';

/** A value of the wrong type. The message is Go's; the caller says for which object. */
export class DecodeFault extends Error {}

/** At most so many unknown fields are told of. */
const MAX_COMPLAINTS = 100;

/** Where a decoding is, and what it has found. */
export class DecodeState {
  /** Paths of unknown fields. */
  readonly complaints: string[] = [];
  readonly #silent: boolean;
  readonly #path: (string | number)[] = [];

  constructor(silent: boolean) {
    this.#silent = silent;
  }

  /** Throws when the place lies deeper than anything that is kept may. */
  enter(step: string | number): void {
    if (this.#path.push(step) > MAX_DEPTH) throw this.tooDeep();
  }

  leave(): void {
    this.#path.pop();
  }

  unknown(name: string): void {
    if (name === '__proto__') throw new DecodeFault('json: the field name "__proto__" is not supported');
    if (!this.#silent && this.complaints.length < MAX_COMPLAINTS) this.complaints.push(pathText([...this.#path, name]));
  }

  /** `spec.containers[0].name` */
  path(): string {
    return pathText(this.#path);
  }

  /** How many maps and lists the present place lies in. */
  get depth(): number {
    return this.#path.length;
  }

  tooDeep(): DecodeFault {
    return new DecodeFault(`json: cannot unmarshal: nested deeper than ${MAX_DEPTH} levels`);
  }

  /** A value of another type than the schema's. */
  mismatch(found: string, wanted: string): DecodeFault {
    const where = this.#path.filter((step) => typeof step === 'string').join('.');
    return new DecodeFault(`json: cannot unmarshal ${found} into Go struct field .${where} of type ${wanted}`);
  }

  /** A text that has not the form it needs. */
  malformed(text: string): DecodeFault {
    return new DecodeFault(`${this.path()}: ${text}`);
  }
}

function pathText(steps: readonly (string | number)[]): string {
  let text = '';
  for (const step of steps) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`;
  return text;
}
