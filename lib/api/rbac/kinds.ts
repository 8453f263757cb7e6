export { clusterRoleBindings, roleBindings } from './role-bindings.js';
export { clusterRoles, roles } from './roles.js';
