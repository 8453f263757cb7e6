import type { JobSpec } from 'kubernetes-types/batch/v1.js';
import type { Faults } from '../validation/faults.js';

const MAX_RULES = 20;

/** When an indexed job has succeeded before all of its indexes have. */
export interface SuccessPolicy {
  readonly rules?: readonly { readonly succeededIndexes?: string; readonly succeededCount?: number }[] | null;
}

/** Checks `successPolicy` of the job that stands at `path`. */
export function validateSuccessPolicy(faults: Faults, path: string, spec: JobSpec, policy: SuccessPolicy): void {
  if (spec.completionMode !== 'Indexed') {
    faults.invalid(`${path}.successPolicy`, policy, 'requires indexed completion mode');
    return;
  }
  const at = `${path}.successPolicy.rules`;
  const rules = policy.rules ?? [];
  if (rules.length === 0) faults.required(at, undefined, 'at least one rules must be specified when the successPolicy is specified');
  faults.tooMany(at, rules.length, MAX_RULES);
  const completions = spec.completions ?? 0;
  rules.forEach(({ succeededCount: count, succeededIndexes: indexes }, index) => {
    const rule = `${at}[${index}]`;
    if (count === undefined && indexes === undefined)
      faults.required(rule, undefined, 'at least one of succeededCount or succeededIndexes must be specified');
    const total = indexes === undefined ? 0 : validateIndexes(faults, `${rule}.succeededIndexes`, indexes, completions);
    if (count === undefined) return;
    faults.nonNegative(`${rule}.succeededCount`, count);
    if (count > completions)
      faults.invalid(`${rule}.succeededCount`, count, `must be less than or equal to ${completions} (the number of specified completions)`);
    if (total > 0 && count > total)
      faults.invalid(
        `${rule}.succeededCount`,
        count,
        `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`,
      );
  });
}

/** `0,3-5`, ascending and below the number of completions. Gives how many there are, 0 when they cannot be read. */
function validateIndexes(faults: Faults, path: string, text: string, completions: number): number {
  let last = -1;
  let total = 0;
  const refuse = (why: string) => {
    faults.invalid(path, text, `error parsing succeededIndexes: ${why}`);
    return 0;
  };
  for (const part of text === '' ? [] : text.split(',')) {
    const [, first = '', end = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === '') return refuse(`cannot convert string to integer for index: ${JSON.stringify(part)}`);
    const [from, to] = [Number(first), Number(end)];
    if (from >= completions || to >= completions) return refuse(`too large index: ${JSON.stringify(String(Math.max(from, to)))}`);
    if (from > to || (from === to && part.includes('-'))) return refuse(`non-increasing order, previous: ${from}, current: ${to}`);
    if (from <= last) return refuse(`non-increasing order, previous: ${last}, current: ${from}`);
    total += to - from + 1;
    last = to;
  }
  return total;
}
