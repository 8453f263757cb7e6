/** What a pass over the bytes of a JSON text finds. */
export interface JsonScan {
  /** How deep lists and maps are nested. */
  readonly depth: number;
  /** How many members all its maps have together, repeats included. */
  readonly members: number;
  /** How many members of maps and items of lists there are, or, where empty ones have spaces in them, a few more. */
  readonly values: number;
  /** Whether a number has a fraction or an exponent. */
  readonly oddNumbers: boolean;
  /** Whether a number may have more digits than a double holds. */
  readonly longNumbers: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const ZERO = 0x30;
const NINE = 0x39;
const SAFE_DIGITS = 15;

/** Looks at each byte once. Meaningless, but harmless, for a text that is no JSON. */
export function scanJson(bytes: Uint8Array): JsonScan {
  let depth = 0;
  let deepest = 0;
  let members = 0;
  let values = 0;
  let oddNumbers = false;
  let longNumbers = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    if (byte === QUOTE) at = endOfString(bytes, at + 1);
    else if (byte === COLON) members += 1;
    else if (byte === COMMA) values += 1;
    else if (byte === OPEN_MAP || byte === OPEN_LIST) {
      if (bytes[at + 1] !== byte + 2) values += 1; // its first one: a bracket that closes is two places behind the one that opens
      deepest = Math.max(deepest, (depth += 1));
    } else if (byte === CLOSE_MAP || byte === CLOSE_LIST) depth -= 1;
    else if (byte >= ZERO && byte <= NINE) {
      const start = at;
      while (isNumberPart(bytes[at + 1])) at += 1;
      longNumbers ||= at - start >= SAFE_DIGITS;
      oddNumbers ||= hasFraction(bytes, start, at);
    }
  }
  return { depth: deepest, members, values, oddNumbers, longNumbers };
}

function endOfString(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

/** Digits and `+-.eE`. */
function isNumberPart(byte: number | undefined): boolean {
  return (
    byte !== undefined &&
    ((byte >= ZERO && byte <= NINE) || byte === 0x2e || byte === 0x65 || byte === 0x45 || byte === 0x2b || byte === 0x2d)
  );
}

function hasFraction(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at <= end; at += 1) if (bytes[at]! < ZERO || bytes[at]! > NINE) return true;
  return false;
}
