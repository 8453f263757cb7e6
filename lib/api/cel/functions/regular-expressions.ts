import { LruMap } from '../../../base/lru-map.js';
import type { Match } from '../../pattern/pattern-search.js';
import { PatternSearch } from '../../pattern/pattern-search.js';
import type { Overload } from '../overload.js';
import { matching } from '../overload.js';
import type { OverloadOptions } from '../signature.js';
import { overload } from '../signature.js';
import type { Meter } from '../meter.js';
import type { Result, Value } from '../values.js';
import { Fault, Items } from '../values.js';

/** A pattern ready to be looked for; its work is paid for as it is done. */
export interface Search {
  test(text: string, meter: Meter): boolean;
  find(text: string, from: number, meter: Meter): Match | undefined;
}

/** Steps of a meter that a step of a search takes. */
const STEP = 10;

const searches = new LruMap<string, Search | Fault>(500);

/** A compiled pattern, or the fault that it is none. The last ones used are kept. */
export function searchOf(source: string): Search | Fault {
  let search = searches.get(source);
  if (!search) searches.set(source, (search = compile(source)));
  return search;
}

function compile(source: string): Search | Fault {
  try {
    const pattern = new PatternSearch(source);
    return {
      test: (text, meter) => pattern.test(text, (steps) => meter.work(steps * STEP)),
      find: (text, from, meter) => pattern.find(text, from, (steps) => meter.work(steps * STEP)),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return new Fault(error.message);
    throw error;
  }
}

function findFirst([text, pattern]: readonly Value[], meter: Meter): Result {
  const search = searchOf(pattern as string);
  if (search instanceof Fault) return search;
  const match = search.find(text as string, 0, meter);
  return match ? (text as string).slice(match.start, match.end) : '';
}

/** Matches do not overlap; an empty one right behind another does not count. */
function findAll([text, pattern, most = -1n]: readonly Value[], meter: Meter): Result {
  const search = searchOf(pattern as string);
  if (search instanceof Fault) return search;
  const subject = text as string;
  const limit = (most as bigint) < 0n ? Number.POSITIVE_INFINITY : Number(most);
  const found: string[] = [];
  let from = 0;
  let last = -1;
  while (found.length < limit && from <= subject.length) {
    const match = search.find(subject, from, meter);
    if (!match) break;
    const isEmpty = match.start === match.end;
    if (!isEmpty || match.start !== last) found.push(subject.slice(match.start, match.end));
    last = match.end;
    from = isEmpty ? match.end + (subject.codePointAt(match.end)! > 0xffff ? 2 : 1) : match.end;
  }
  return new Items(found);
}

const cost: OverloadOptions = { cost: ([text = 0, pattern = 0]) => matching(text, pattern) };
const many: OverloadOptions = { ...cost, resultSize: ([text]) => ({ min: 0, max: text!.max }) };

/** Kubernetes' library of regular expressions. */
export const regularExpressions: readonly Overload[] = [
  overload('<string>.find(string): string', findFirst, many),
  overload('<string>.findAll(string): list(string)', findAll, many),
  overload('<string>.findAll(string, int): list(string)', findAll, many),
];
