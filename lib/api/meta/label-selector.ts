import type { LabelSelector as LabelSelectorSpec } from 'kubernetes-types/meta/v1.js';
import { badRequest } from '../status-error.js';
import type { Operator, Requirement } from './label-requirement.js';
import { matchesRequirement, requirement, requirementText } from './label-requirement.js';
import { LabelSelectorParser } from './label-selector-parser.js';

/** A compiled label selector. */
export interface LabelSelector {
  matches(labels: Readonly<Record<string, string>> | undefined): boolean;
  /** True when it matches everything. */
  readonly empty: boolean;
  /** In the form of the `labelSelector` query parameter. */
  toString(): string;
}

/** Matches every object. */
export const everything: LabelSelector = { matches: () => true, empty: true, toString: () => '' };

/** Matches no object. */
export const nothing: LabelSelector = { matches: () => false, empty: false, toString: () => '<nothing>' };

/** Compiles `app=web,tier in (a,b),!legacy`; throws 400 in Kubernetes' words. An empty text selects everything. */
export function parseLabelSelector(text: string): LabelSelector {
  if (text === '') return everything;
  try {
    return selectorOf(new LabelSelectorParser(text).parse());
  } catch (error) {
    throw error instanceof SyntaxError ? badRequest(error.message) : error;
  }
}

/** Compiles the `selector` of a workload: absent selects nothing, `{}` everything. Throws 400 when an operator or a value is bad. */
export function labelSelectorOf(spec: LabelSelectorSpec | null | undefined): LabelSelector {
  if (!spec) return nothing;
  const requirements = Object.entries(spec.matchLabels ?? {}).map(([key, value]) => requirement(key, '=', [value]));
  for (const { key, operator, values } of spec.matchExpressions ?? []) {
    const known = OPERATORS[operator];
    if (!known) throw badRequest(`"${operator}" is not a valid label selector operator`);
    try {
      requirements.push(requirement(key, known, values ?? []));
    } catch (error) {
      throw error instanceof SyntaxError ? badRequest(error.message) : error;
    }
  }
  return selectorOf(requirements);
}

/** Compiles a plain map: every label must have just this value. An empty map selects everything, an absent one nothing. */
export function selectorFromMap(map: Readonly<Record<string, string>> | null | undefined): LabelSelector {
  if (!map) return nothing;
  const pairs = Object.entries(map);
  if (pairs.length === 0) return everything;
  return {
    empty: false,
    matches: (labels) => labels !== undefined && pairs.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value),
    toString: () => selectorOf(pairs.map(([key, value]) => ({ key, operator: '=', values: [value] }))).toString(),
  };
}

const OPERATORS: Readonly<Record<string, Operator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

function selectorOf(requirements: readonly Requirement[]): LabelSelector {
  if (requirements.length === 0) return everything;
  const sorted = [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return {
    empty: false,
    matches: (labels) => sorted.every((one) => matchesRequirement(one, labels)),
    toString: () => sorted.map(requirementText).join(','),
  };
}
