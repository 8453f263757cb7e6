import type { ResourceQuota, ResourceQuotaSpec, ScopedResourceSelectorRequirement } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults } from '../validation/faults.js';
import { isQuotaResource, validateAmount, validateQuotaResourceName } from '../validation/resource-names.js';

const OF_PODS = ['pods', 'cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];
/** The resources that a scope can narrow; those without a list fit only numbers of claims. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  Terminating: OF_PODS,
  NotTerminating: OF_PODS,
  NotBestEffort: OF_PODS,
  PriorityClass: OF_PODS,
  CrossNamespacePodAffinity: OF_PODS,
  BestEffort: ['pods'],
  VolumeAttributesClass: ['persistentvolumeclaims', 'requests.storage'],
};
const MUST_EXIST = new Set(['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity']);
const OPPOSITES = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];

/** How much a namespace may use. */
export const resourceQuotas = defineBuiltIn<ResourceQuota>('v1/resourcequotas', {
  cells: {
    Request: (quota) => usageText(quota, (name) => !name.startsWith('limits.')),
    Limit: (quota) => usageText(quota, (name) => name.startsWith('limits.')),
  },
  rules: {
    validate({ spec = {} }) {
      const faults = new Faults();
      validateAmounts(faults, 'spec.hard', spec.hard);
      validateScopes(faults, spec);
      validateSelector(faults, 'spec.scopeSelector.matchExpressions', spec);
      return faults.list;
    },
    validateUpdate({ spec = {}, status }, { spec: old = {} }, { subresource }) {
      const faults = new Faults();
      if (subresource === 'status') {
        validateAmounts(faults, 'status.hard', status?.hard);
        validateAmounts(faults, 'status.used', status?.used);
      } else if (!sameSet(spec.scopes, old.scopes)) faults.invalid('spec.scopes', spec.scopes ?? null, 'field is immutable');
      return faults.list;
    },
  },
});

function validateAmounts(faults: Faults, path: string, amounts: Readonly<Record<string, string>> | undefined): void {
  for (const [name, amount] of Object.entries(amounts ?? {})) {
    validateQuotaResourceName(faults, `${path}[${name}]`, name);
    validateAmount(faults, `${path}[${name}]`, name, amount);
  }
}

function validateScopes(faults: Faults, { scopes = [], hard = {} }: ResourceQuotaSpec): void {
  const refuse = (words: string) => faults.invalid('spec.scopes', scopes, words);
  for (const scope of scopes) {
    if (!Object.hasOwn(SCOPES, scope)) refuse('unsupported scope');
    for (let misfits = misfitsOf(scope, hard).length; misfits > 0; misfits -= 1) refuse('unsupported scope applied to resource');
  }
  for (const pair of OPPOSITES) if (pair.every((scope) => scopes.includes(scope))) refuse('conflicting scopes');
}

/** Faults of all expressions stand at the same paths, as in the real server. */
function validateSelector(faults: Faults, path: string, { scopeSelector, hard = {}, scopes }: ResourceQuotaSpec): void {
  const requirements = scopeSelector?.matchExpressions ?? [];
  for (const requirement of requirements) {
    if (!Object.hasOwn(SCOPES, requirement.scopeName)) faults.invalid(`${path}.scopeName`, requirement.scopeName, 'unsupported scope');
    for (let misfits = misfitsOf(requirement.scopeName, hard).length; misfits > 0; misfits -= 1)
      faults.invalid(path, scopeSelector, 'unsupported scope applied to resource');
    validateOperator(faults, path, requirement);
  }
  for (const pair of OPPOSITES)
    if (pair.every((scope) => requirements.some(({ scopeName }) => scopeName === scope)))
      faults.invalid(path, scopes ?? null, 'conflicting scopes');
}

function validateOperator(faults: Faults, path: string, { scopeName, operator, values = [] }: ScopedResourceSelectorRequirement): void {
  if (MUST_EXIST.has(scopeName) && operator !== 'Exists')
    faults.invalid(
      `${path}.operator`,
      operator,
      "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
    );
  switch (operator) {
    case 'In':
    case 'NotIn':
      faults.required(
        `${path}.values`,
        values.length || undefined,
        "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      );
      return;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0)
        faults.invalid(`${path}.values`, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
      return;
    default:
      faults.invalid(`${path}.operator`, operator, 'not a valid selector operator');
  }
}

/** The limits that a scope cannot narrow. */
function misfitsOf(scope: string, hard: Readonly<Record<string, string>>): readonly string[] {
  const fitting = Object.hasOwn(SCOPES, scope) ? SCOPES[scope]! : [];
  return Object.keys(hard).filter((name) => isQuotaResource(name) && !fitting.includes(name));
}

function sameSet(a: readonly string[] = [], b: readonly string[] = []): boolean {
  return a.every((one) => b.includes(one)) && b.every((one) => a.includes(one));
}

/** `configmaps: 3/50, requests.cpu: 2m/10` */
function usageText({ status }: ResourceQuota, shown: (name: string) => boolean): string {
  const names = Object.keys(status?.hard ?? {})
    .filter(shown)
    .sort();
  return names.map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name] ?? '0'}`).join(', ');
}
