import { RuntimeError } from './runtime-error.js';

/** The IPv4 addresses of a range, each held by one pod at most while it lives. */
export class PodAddresses {
  readonly #range: string;
  readonly #first: number;
  readonly #count: number;
  readonly #held = new Set<string>();
  #next = 0;

  /** `range` is a CIDR such as `127.64.7.0/24`; its first and last address stay unused, as in any subnet. */
  constructor(range: string) {
    const { first, count } = parseRange(range);
    this.#range = range;
    this.#first = first;
    this.#count = count;
  }

  /** An address that nobody holds. Goes round the range, so that a freed one rests as long as possible. */
  take(): string {
    for (let tries = 0; tries < this.#count; tries++) {
      const address = textOf(this.#first + this.#next);
      this.#next = (this.#next + 1) % this.#count;
      if (this.#held.has(address)) continue;
      this.#held.add(address);
      return address;
    }
    throw new RuntimeError('Failed', `all ${this.#count} pod addresses of ${this.#range} are in use; give the runtime a larger podRange`);
  }

  /** Marks an address as held, whether or not it is of the range: a predecessor with another range gave it out. */
  hold(address: string): void {
    this.#held.add(address);
  }

  release(address: string): void {
    this.#held.delete(address);
  }
}

function parseRange(range: string): { readonly first: number; readonly count: number } {
  const [, address = '', bits = ''] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(range) ?? [];
  const bytes = address.split('.').map(Number);
  const prefix = Number(bits);
  if (address === '' || bytes.some((byte) => byte > 255) || prefix < 8 || prefix > 30) {
    throw new RuntimeError(
      'Invalid',
      `podRange must be an IPv4 range from /8 to /30, such as 127.64.0.0/16, and is ${JSON.stringify(range)}`,
    );
  }
  const size = 2 ** (32 - prefix);
  const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return { first: number - (number % size) + 1, count: size - 2 };
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}
