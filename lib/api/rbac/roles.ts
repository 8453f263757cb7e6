import type { ClusterRole, PolicyRule, Role } from 'kubernetes-types/rbac/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults } from '../validation/faults.js';
import { validateLabelSelector } from '../validation/label-selector.js';
import { pathSegment } from '../validation/names.js';

/** What may be done in one namespace. */
export const roles = defineBuiltIn<Role>('rbac.authorization.k8s.io/v1/roles', {
  names: pathSegment,
  rules: {
    validate({ rules }) {
      const faults = new Faults();
      rules?.forEach((rule, index) => validateRule(faults, `rules[${index}]`, rule, true));
      return faults.list;
    },
  },
});

/** What may be done in the whole cluster, or, bound by a RoleBinding, in one namespace. */
export const clusterRoles = defineBuiltIn<ClusterRole>('rbac.authorization.k8s.io/v1/clusterroles', {
  names: pathSegment,
  rules: {
    validate({ rules, aggregationRule }) {
      const faults = new Faults();
      rules?.forEach((rule, index) => validateRule(faults, `rules[${index}]`, rule, false));
      if (!aggregationRule) return faults.list;
      const path = 'aggregationRule.clusterRoleSelectors';
      const selectors = aggregationRule.clusterRoleSelectors ?? [];
      faults.required(path, selectors.length || undefined, 'at least one clusterRoleSelector required if aggregationRule is non-nil');
      selectors.forEach((selector, index) => validateLabelSelector(faults, `${path}[${index}]`, selector));
      return faults.list;
    },
  },
});

function validateRule(faults: Faults, path: string, rule: PolicyRule, namespaced: boolean): void {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  faults.required(`${path}.verbs`, verbs?.length || undefined, 'verbs must contain at least one value');
  if (nonResourceURLs.length > 0) {
    if (namespaced) faults.invalid(`${path}.nonResourceURLs`, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs');
    if (apiGroups.length + resources.length + resourceNames.length > 0)
      faults.invalid(`${path}.nonResourceURLs`, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs');
    return;
  }
  faults.required(`${path}.apiGroups`, apiGroups.length || undefined, 'resource rules must supply at least one api group');
  faults.required(`${path}.resources`, resources.length || undefined, 'resource rules must supply at least one resource');
}
