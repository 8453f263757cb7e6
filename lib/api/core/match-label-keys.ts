import type { Affinity, Pod, PodAffinityTerm, TopologySpreadConstraint } from 'kubernetes-types/core/v1.js';
import type { LabelSelector, LabelSelectorRequirement } from 'kubernetes-types/meta/v1.js';

type Labels = Readonly<Record<string, string>>;

/**
 * Terms about pods with the same (or other) values of some labels say so in their selectors too: a new pod's labels are known, and
 * whoever schedules it need look at selectors only.
 */
export function spellOutLabelKeys({ metadata, spec }: Pod): void {
  const labels = metadata?.labels ?? {};
  if (!spec) return;
  if (spec.topologySpreadConstraints?.some(({ matchLabelKeys }) => matchLabelKeys))
    spec.topologySpreadConstraints = spec.topologySpreadConstraints.map((one) => spread(one, labels));
  if (spec.affinity) spec.affinity = spelled(spec.affinity, labels);
}

function spread(constraint: TopologySpreadConstraint, labels: Labels): TopologySpreadConstraint {
  const { labelSelector, matchLabelKeys } = constraint;
  if (!labelSelector || !matchLabelKeys) return constraint;
  return { ...constraint, labelSelector: withRequirements(labelSelector, requirementsOf(matchLabelKeys, 'In', labels)) };
}

function spelled(affinity: Affinity, labels: Labels): Affinity {
  const result = { ...affinity };
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    const terms = affinity[kind];
    if (!terms) continue;
    const { requiredDuringSchedulingIgnoredDuringExecution: required, preferredDuringSchedulingIgnoredDuringExecution: preferred } = terms;
    result[kind] = {
      ...(required ? { requiredDuringSchedulingIgnoredDuringExecution: required.map((term) => narrowed(term, labels)) } : {}),
      ...(preferred
        ? {
            preferredDuringSchedulingIgnoredDuringExecution: preferred.map((one) => ({
              ...one,
              podAffinityTerm: narrowed(one.podAffinityTerm, labels),
            })),
          }
        : {}),
    };
  }
  return result;
}

function narrowed(term: PodAffinityTerm, labels: Labels): PodAffinityTerm {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  if (!labelSelector || matchLabelKeys.length + mismatchLabelKeys.length === 0) return term;
  const added = [...requirementsOf(matchLabelKeys, 'In', labels), ...requirementsOf(mismatchLabelKeys, 'NotIn', labels)];
  return { ...term, labelSelector: withRequirements(labelSelector, added) };
}

/** Keys that the pod lacks say nothing. */
function requirementsOf(keys: readonly string[], operator: string, labels: Labels): LabelSelectorRequirement[] {
  return keys.filter((key) => Object.hasOwn(labels, key)).map((key) => ({ key, operator, values: [labels[key]!] }));
}

function withRequirements(selector: LabelSelector, added: readonly LabelSelectorRequirement[]): LabelSelector {
  return added.length === 0 ? selector : { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...added] };
}
