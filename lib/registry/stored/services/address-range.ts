/** A block of IPv4 addresses that services get theirs from. */
export interface AddressRange {
  /** As given: `127.96.0.0/16`. */
  readonly text: string;
  /** The first usable address, kept for the `kubernetes` Service. */
  readonly first: string;
  /** How many addresses can be given out: all but the network's own, the first, and the last. */
  readonly size: number;
  /** Address number `index`, from 0. */
  at(index: number): string;
  contains(address: string): boolean;
}

/** Parses a block such as `127.96.0.0/16`; throws when it is none, or too small to hold a service. */
export function parseAddressRange(text: string): AddressRange {
  const [address = '', length = ''] = text.split('/');
  const bits = /^\d{1,2}$/.test(length) ? Number(length) : Number.NaN;
  const base = numberOf(address);
  if (base === undefined || !(bits >= 8 && bits <= 29)) throw new Error(`not an IPv4 range of /8 to /29: ${text}`);
  const total = 2 ** (32 - bits);
  const start = base - (base % total);
  return {
    text,
    first: textOf(start + 1),
    size: total - 3,
    at: (index) => textOf(start + 2 + index),
    contains: (candidate) => {
      const number = numberOf(candidate);
      return number !== undefined && number > start && number < start + total - 1;
    },
  };
}

function numberOf(address: string): number | undefined {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((number, part) => number * 256 + Number(part), 0);
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
