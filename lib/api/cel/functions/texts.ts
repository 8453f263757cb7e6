import type { Overload } from '../overload.js';
import { matching, traversal } from '../overload.js';
import { overload } from '../signature.js';
import type { Meter } from '../meter.js';
import type { Result, Value, ListValue, MapValue } from '../values.js';
import { Fault } from '../values.js';
import { codePointLength } from './code-points.js';
import { searchOf } from './regular-expressions.js';

function matches(text: string, pattern: string, meter: Meter): Result {
  const search = searchOf(pattern);
  return search instanceof Fault ? search : search.test(text, meter);
}

const sizes: readonly Overload[] = ['size(', '<'].flatMap((form) => {
  const signature = (type: string) => (form === '<' ? `<${type}>.size(): int` : `size(${type}): int`);
  return [
    overload(signature('string'), ([value], meter) => {
      meter.work((value as string).length);
      return BigInt(codePointLength(value as string));
    }),
    overload(signature('bytes'), ([value]) => BigInt((value as Uint8Array).length)),
    overload(signature('list(A)'), ([value]) => BigInt((value as ListValue).size)),
    overload(signature('map(A, B)'), ([value]) => BigInt((value as MapValue).size)),
  ];
});

const both = ([text, other]: readonly Value[]) => [text as string, other as string] as const;

/** What the language itself has for texts. */
export const texts: readonly Overload[] = [
  ...sizes,
  overload('<string>.contains(string): bool', (args) => both(args)[0].includes(both(args)[1]), {
    cost: ([text = 0, part = 0]) => traversal(text) * traversal(part),
  }),
  overload('<string>.startsWith(string): bool', (args) => both(args)[0].startsWith(both(args)[1]), {
    cost: ([, part = 0]) => traversal(part),
  }),
  overload('<string>.endsWith(string): bool', (args) => both(args)[0].endsWith(both(args)[1]), {
    cost: ([, part = 0]) => traversal(part),
  }),
  overload('<string>.matches(string): bool', (args, meter) => matches(...both(args), meter), {
    cost: ([text = 0, pattern = 0]) => matching(text, pattern),
  }),
  overload('matches(string, string): bool', (args, meter) => matches(...both(args), meter), {
    cost: ([text = 0, pattern = 0]) => matching(text, pattern),
  }),
];
