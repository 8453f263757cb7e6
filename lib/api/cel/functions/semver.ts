import type { Overload } from '../overload.js';
import { traversal } from '../overload.js';
import { OPAQUE_NAMES, overload } from '../signature.js';
import type { Result, Value } from '../values.js';
import { Fault, Opaque } from '../values.js';

const NUMBER = '(0|[1-9]\\d*)';
const WORD = '[0-9A-Za-z-]+';
const VERSION = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${WORD}(?:\\.${WORD})*))?(?:\\+(${WORD}(?:\\.${WORD})*))?$`);
const LOOSE = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?([-+].*)?$/;
const MAX_PART = 2n ** 64n - 1n;
const MOST_DIGITS = 20;

/** A version of Semantic Versioning 2.0; build metadata has no order. */
class Semver extends Opaque {
  readonly typeName = OPAQUE_NAMES['Semver']!;

  constructor(
    readonly numbers: readonly [bigint, bigint, bigint],
    readonly before: readonly string[],
  ) {
    super();
  }

  equals(other: Opaque): boolean {
    return other instanceof Semver && this.compare(other) === 0;
  }

  compare(other: Semver): number {
    for (const index of [0, 1, 2] as const) {
      const order = compareWhole(this.numbers[index], other.numbers[index]);
      if (order !== 0) return order;
    }
    // A version that is still to come is before the version.
    if (this.before.length === 0 || other.before.length === 0) return Number(this.before.length === 0) - Number(other.before.length === 0);
    return compareWords(this.before, other.before);
  }
}

/** Without leading zeros, the longer number is the larger. */
const compareDigits = (a: string, b: string) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
const compareWhole = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);

function compareWords(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const [one, other] = [a[index]!, b[index]!];
    const [isNumber, isOther] = [/^\d+$/.test(one), /^\d+$/.test(other)];
    const order =
      isNumber && isOther ? compareDigits(one, other) : isNumber !== isOther ? (isNumber ? -1 : 1) : one < other ? -1 : one > other ? 1 : 0;
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

function parse(text: string): Semver | undefined {
  const found = VERSION.exec(text);
  if (!found || found.slice(1, 4).some((part) => part.length > MOST_DIGITS)) return undefined;
  const numbers = found.slice(1, 4).map(BigInt) as [bigint, bigint, bigint];
  const before = found[4]?.split('.') ?? [];
  const isFine = numbers.every((number) => number <= MAX_PART) && before.every((word) => !/^0\d+$/.test(word));
  return isFine ? new Semver(numbers, before) : undefined;
}

/** `v1.2` is `1.2.0`, `01.02.03` is `1.2.3`. */
function normalized(text: string): string {
  const found = LOOSE.exec(text);
  if (!found) return text;
  const [, major, minor = '0', patch = '0', rest = ''] = found;
  return `${[major, minor, patch].map((part) => part!.replace(/^0+(?=\d)/, '')).join('.')}${rest}`;
}

function read([text, normalize = false]: readonly Value[]): Semver | undefined {
  return parse(normalize ? normalized(text as string) : (text as string));
}

const semver = (args: readonly Value[]): Result => read(args) ?? new Fault('invalid semver');
const compare = (a: Value | undefined, b: Value | undefined) => (a as Semver).compare(b as Semver);
const part =
  (index: 0 | 1 | 2) =>
  ([value]: readonly Value[]) =>
    (value as Semver).numbers[index];
const parsed = { cost: ([text = 0]: readonly number[]) => traversal(text) };

/** Kubernetes' library of versions. */
export const versions: readonly Overload[] = [
  overload('semver(string): Semver', semver, parsed),
  overload('semver(string, bool): Semver', semver, parsed),
  overload('isSemver(string): bool', (args) => read(args) !== undefined, parsed),
  overload('isSemver(string, bool): bool', (args) => read(args) !== undefined, parsed),
  overload('<Semver>.major(): int', part(0)),
  overload('<Semver>.minor(): int', part(1)),
  overload('<Semver>.patch(): int', part(2)),
  overload('<Semver>.isLessThan(Semver): bool', ([one, other]) => compare(one, other) < 0),
  overload('<Semver>.isGreaterThan(Semver): bool', ([one, other]) => compare(one, other) > 0),
  overload('<Semver>.compareTo(Semver): int', ([one, other]) => BigInt(compare(one, other))),
];
