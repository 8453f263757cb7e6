import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding, Subject } from 'kubernetes-types/rbac/v1.js';
import { structuralKind } from '../structural-kind.js';
import { Faults } from '../validation/faults.js';
import { pathSegment } from '../validation/names.js';

type AnyBinding = Pick<RoleBinding, 'roleRef' | 'subjects'>;

const bindingOptions = {
  names: pathSegment,
  cells: {
    Role: ({ roleRef }: AnyBinding) => `${roleRef.kind}/${roleRef.name}`,
    Users: (binding: AnyBinding) => subjectNames(binding, 'User'),
    Groups: (binding: AnyBinding) => subjectNames(binding, 'Group'),
    ServiceAccounts: (binding: AnyBinding) => subjectNames(binding, 'ServiceAccount'),
  },
  rules: {
    validateUpdate({ roleRef }: AnyBinding, { roleRef: old }: AnyBinding) {
      const faults = new Faults();
      if (roleRef.kind !== old.kind || roleRef.name !== old.name || roleRef.apiGroup !== old.apiGroup)
        faults.invalid('roleRef', roleRef, 'cannot change roleRef');
      return faults.list;
    },
  },
};

export const roles = structuralKind<Role>('rbac.authorization.k8s.io/v1/roles', { names: pathSegment });
export const clusterRoles = structuralKind<ClusterRole>('rbac.authorization.k8s.io/v1/clusterroles', { names: pathSegment });
export const roleBindings = structuralKind<RoleBinding>('rbac.authorization.k8s.io/v1/rolebindings', bindingOptions);
export const clusterRoleBindings = structuralKind<ClusterRoleBinding>('rbac.authorization.k8s.io/v1/clusterrolebindings', bindingOptions);

function subjectNames({ subjects }: AnyBinding, kind: Subject['kind']): string {
  return (subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map(({ name, namespace }) => (namespace ? `${namespace}/${name}` : name))
    .join(', ');
}
