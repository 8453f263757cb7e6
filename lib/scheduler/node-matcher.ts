import type { Node, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../api/object.js';

/** Whether a node may carry a pod, by the node's labels and name. */
export type NodeMatcher = (node: Stored<Node>) => boolean;

/** Compiles `nodeSelector` and required node affinity; undefined: every node will do. */
export function nodeMatcherOf(spec: PodSpec): NodeMatcher | undefined {
  const labels = Object.entries(spec.nodeSelector ?? {});
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (labels.length === 0 && !required) return undefined;
  const terms = required?.nodeSelectorTerms.map(termMatcher);
  return (node) =>
    labels.every(([name, value]) => node.metadata.labels?.[name] === value) && (!terms || terms.some((matches) => matches(node)));
}

/** All requirements of a term must hold; a term without any matches nothing. */
function termMatcher({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): NodeMatcher {
  if (matchExpressions.length + matchFields.length === 0) return () => false;
  const expressions = matchExpressions.map((one) => ({ key: one.key, holds: requirementTest(one) }));
  const fields = matchFields.map((one) => ({ key: one.key, holds: requirementTest(one) }));
  return (node) =>
    expressions.every(({ key, holds }) => holds(node.metadata.labels?.[key])) &&
    fields.every(({ key, holds }) => holds(key === 'metadata.name' ? node.metadata.name : undefined));
}

function requirementTest({ operator, values = [] }: NodeSelectorRequirement): (value: string | undefined) => boolean {
  switch (operator) {
    case 'In':
      return (value) => value !== undefined && values.includes(value);
    case 'NotIn':
      return (value) => value === undefined || !values.includes(value);
    case 'Exists':
      return (value) => value !== undefined;
    case 'DoesNotExist':
      return (value) => value === undefined;
    case 'Gt':
      return (value) => compare(value, values[0]) > 0;
    case 'Lt':
      return (value) => compare(value, values[0]) < 0;
    default:
      return () => false;
  }
}

const WHOLE = /^[+-]?\d+$/;

/** NaN, which compares to nothing, unless both are whole numbers. */
function compare(a: string | undefined, b: string | undefined): number {
  return a !== undefined && b !== undefined && WHOLE.test(a) && WHOLE.test(b) ? Number(a) - Number(b) : Number.NaN;
}
