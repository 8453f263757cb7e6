import type { ClusterRoleBinding, RoleBinding, RoleRef, Subject } from 'kubernetes-types/rbac/v1.js';
import type { BuiltInOptions } from '../built-in.js';
import { defineBuiltIn } from '../built-in.js';
import type { KubeObject } from '../object.js';
import { Faults } from '../validation/faults.js';
import { dnsSubdomain, pathSegment } from '../validation/names.js';

const GROUP = 'rbac.authorization.k8s.io';

/** Gives a role to users, groups and service accounts, in one namespace. */
export const roleBindings = defineBuiltIn<RoleBinding>('rbac.authorization.k8s.io/v1/rolebindings', bindingOptions<RoleBinding>(true));

/** Gives a role to users, groups and service accounts, in the whole cluster. */
export const clusterRoleBindings = defineBuiltIn<ClusterRoleBinding>(
  'rbac.authorization.k8s.io/v1/clusterrolebindings',
  bindingOptions<ClusterRoleBinding>(false),
);

interface AnyBinding extends KubeObject {
  roleRef: RoleRef;
  subjects?: Subject[];
}

function bindingOptions<T extends AnyBinding>(namespaced: boolean): BuiltInOptions<T> {
  return {
    names: pathSegment,
    cells: {
      Role: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`,
      Users: ({ subjects }) => subjectNames(subjects, 'User'),
      Groups: ({ subjects }) => subjectNames(subjects, 'Group'),
      ServiceAccounts: ({ subjects }) => subjectNames(subjects, 'ServiceAccount'),
    },
    rules: {
      validate({ roleRef, subjects }) {
        const faults = new Faults();
        const { apiGroup = '', kind = '', name } = roleRef ?? {};
        faults.oneOf('roleRef.apiGroup', apiGroup, [GROUP]);
        faults.oneOf('roleRef.kind', kind, namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']);
        faults.requiredSyntax('roleRef.name', name, pathSegment);
        subjects?.forEach((subject, index) => validateSubject(faults, `subjects[${index}]`, subject, namespaced));
        return faults.list;
      },
      validateUpdate({ roleRef }, { roleRef: old }) {
        const faults = new Faults();
        if (roleRef.kind !== old.kind || roleRef.name !== old.name || roleRef.apiGroup !== old.apiGroup)
          faults.invalid('roleRef', roleRef, 'cannot change roleRef');
        return faults.list;
      },
    },
  };
}

function validateSubject(faults: Faults, path: string, { kind, name, apiGroup = '', namespace }: Subject, namespaced: boolean): void {
  const named = faults.required(`${path}.name`, name);
  switch (kind) {
    case 'ServiceAccount':
      if (named) faults.syntax(`${path}.name`, name, dnsSubdomain);
      faults.oneOf(`${path}.apiGroup`, apiGroup, ['']);
      if (!namespaced) faults.required(`${path}.namespace`, namespace);
      return;
    case 'User':
    case 'Group':
      faults.oneOf(`${path}.apiGroup`, apiGroup, [GROUP]);
      return;
    default:
      faults.oneOf(`${path}.kind`, kind ?? '', ['ServiceAccount', 'User', 'Group']);
  }
}

function subjectNames(subjects: readonly Subject[] | undefined, kind: Subject['kind']): string {
  return (subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map(({ name, namespace }) => (namespace ? `${namespace}/${name}` : name))
    .join(', ');
}
