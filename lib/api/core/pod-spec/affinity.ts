import type { Affinity, NodeSelectorRequirement, NodeSelectorTerm, PodAffinity, PodAffinityTerm } from 'kubernetes-types/core/v1.js';
import type { Faults } from '../../validation/faults.js';
import { validateLabelSelector } from '../../validation/label-selector.js';
import { dnsLabel, qualifiedName } from '../../validation/names.js';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** Which nodes, and whose company, a pod wants. */
export function validateAffinity(faults: Faults, path: string, affinity: Affinity | undefined): void {
  if (!affinity) return;
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  const required = nodeAffinity?.[REQUIRED];
  if (required) validateNodeSelector(faults, `${path}.nodeAffinity.${REQUIRED}`, required.nodeSelectorTerms);
  nodeAffinity?.[PREFERRED]?.forEach(({ weight, preference }, index) => {
    const at = `${path}.nodeAffinity.${PREFERRED}[${index}]`;
    validateWeight(faults, `${at}.weight`, weight);
    validateTerm(faults, `${at}.preference`, preference);
  });
  validatePodAffinity(faults, `${path}.podAffinity`, podAffinity);
  validatePodAffinity(faults, `${path}.podAntiAffinity`, podAntiAffinity);
}

/** Terms that a node must meet, any one of them. */
export function validateNodeSelector(faults: Faults, path: string, terms: readonly NodeSelectorTerm[] | null): void {
  if (!terms || terms.length === 0) {
    faults.required(`${path}.nodeSelectorTerms`, undefined, 'must have at least one node selector term');
    return;
  }
  terms.forEach((term, index) => validateTerm(faults, `${path}.nodeSelectorTerms[${index}]`, term));
}

function validateTerm(faults: Faults, path: string, { matchExpressions = [], matchFields = [] }: NodeSelectorTerm): void {
  matchExpressions.forEach((one, index) => {
    const at = `${path}.matchExpressions[${index}]`;
    validateOperator(faults, at, one);
    faults.syntax(`${at}.key`, one.key, qualifiedName);
  });
  matchFields.forEach(({ key, operator, values = [] }, index) => {
    const at = `${path}.matchFields[${index}]`;
    if (operator !== 'In' && operator !== 'NotIn') faults.invalid(`${at}.operator`, operator, 'not a valid selector operator');
    else if (values.length !== 1)
      faults.required(`${at}.values`, undefined, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
    if (key !== 'metadata.name') faults.invalid(`${at}.key`, key, 'not a valid field selector key');
  });
}

function validateOperator(faults: Faults, path: string, { operator, values = [] }: NodeSelectorRequirement): void {
  switch (operator) {
    case 'In':
    case 'NotIn':
      faults.required(`${path}.values`, values.length || undefined, "must be specified when `operator` is 'In' or 'NotIn'");
      return;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) faults.forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      return;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1)
        faults.required(`${path}.values`, undefined, "must be specified single value when `operator` is 'Lt' or 'Gt'");
      return;
    default:
      faults.invalid(`${path}.operator`, operator, 'not a valid selector operator');
  }
}

function validatePodAffinity(faults: Faults, path: string, affinity: PodAffinity | undefined): void {
  affinity?.[REQUIRED]?.forEach((term, index) => validatePodTerm(faults, `${path}.${REQUIRED}[${index}]`, term));
  affinity?.[PREFERRED]?.forEach(({ weight, podAffinityTerm }, index) => {
    const at = `${path}.${PREFERRED}[${index}]`;
    validateWeight(faults, `${at}.weight`, weight);
    validatePodTerm(faults, `${at}.podAffinityTerm`, podAffinityTerm);
  });
}

function validatePodTerm(faults: Faults, path: string, term: PodAffinityTerm): void {
  validateLabelSelector(faults, `${path}.labelSelector`, term.labelSelector);
  validateLabelSelector(faults, `${path}.namespaceSelector`, term.namespaceSelector);
  for (const list of ['matchLabelKeys', 'mismatchLabelKeys'] as const) {
    const keys = term[list] ?? [];
    if (keys.length > 0 && !term.labelSelector) faults.forbidden(`${path}.${list}`, 'must not be specified when labelSelector is not set');
    else keys.forEach((key, index) => faults.syntax(`${path}.${list}[${index}]`, key, qualifiedName));
  }
  term.namespaces?.forEach((name) => faults.syntax(`${path}.namespace`, name, dnsLabel));
  faults.required(`${path}.topologyKey`, term.topologyKey, 'can not be empty');
  faults.syntax(`${path}.topologyKey`, term.topologyKey, qualifiedName);
}

function validateWeight(faults: Faults, path: string, weight: number): void {
  if (weight < 1 || weight > 100) faults.invalid(path, weight, 'must be in the range 1-100');
}
