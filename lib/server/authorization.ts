import { StatusError } from '../api/status-error.js';
import type { UserInfo } from '../registry/registry.js';
import type { RequestInfo } from './request-info.js';

/** What somebody wants to do. */
export type AccessRequest = Pick<
  RequestInfo,
  'isResource' | 'verb' | 'path' | 'group' | 'version' | 'resource' | 'subresource' | 'namespace' | 'name'
> & { readonly user: UserInfo };

/** Whether it may, and where not, why (shown to the client). */
export interface Decision {
  readonly allowed: boolean;
  readonly reason?: string | undefined;
}

/** Decides what an authenticated (or anonymous) caller may do. Nothing passes that is not allowed explicitly. */
export interface Authorizer {
  authorize(request: AccessRequest): Decision | Promise<Decision>;
}

const OPEN_TO_ALL = new Set(['/healthz', '/livez', '/readyz', '/version']);
const OPEN_TO_KNOWN = [
  '/.well-known/openid-configuration',
  '/api',
  '/apis',
  '/healthz',
  '/livez',
  '/openapi',
  '/openid/v1/jwks',
  '/readyz',
  '/version',
];
const TRUSTED_GROUPS = ['system:masters', 'system:nodes'];
const TRUSTED_USERS = new Set(['system:apiserver', 'system:kube-controller-manager', 'system:kube-scheduler', 'system:kube-proxy']);

/** Questions that everybody may ask about oneself. */
const SELF_REVIEWS = new Set([
  'authentication.k8s.io/selfsubjectreviews',
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
]);

/**
 * The default: `system:masters`, nodes and the system's own components may do everything, every known caller may read
 * discovery and health and ask about itself, anybody health and version, and nobody else anything.
 */
export const systemAuthorizer: Authorizer = {
  authorize({ user, isResource, path, verb, group, resource }) {
    if (TRUSTED_USERS.has(user.name) || user.groups.some((group) => TRUSTED_GROUPS.includes(group))) return { allowed: true };
    const known = user.groups.includes('system:authenticated');
    if (isResource) return { allowed: known && verb === 'create' && SELF_REVIEWS.has(`${group}/${resource}`) };
    if (verb !== 'get' && verb !== 'head') return { allowed: false };
    return { allowed: OPEN_TO_ALL.has(path) || (known && isDiscovery(path)) };
  },
};

function isDiscovery(path: string): boolean {
  return OPEN_TO_KNOWN.some((open) => path === open || path.startsWith(`${open}/`));
}

/** The 403 for a refused request, in Kubernetes' words. */
export function forbiddenAccess(request: AccessRequest, reason?: string): StatusError {
  const user = JSON.stringify(request.user.name);
  const why = reason ? `: ${reason}` : '';
  if (!request.isResource)
    return new StatusError('Forbidden', `forbidden: User ${user} cannot ${request.verb} path ${JSON.stringify(request.path)}${why}`, {
      details: {},
    });
  const qualified = request.group === '' ? request.resource : `${request.resource}.${request.group}`;
  const subject = request.name === '' ? qualified : `${qualified} ${JSON.stringify(request.name)}`;
  const full = JSON.stringify(request.subresource === '' ? request.resource : `${request.resource}/${request.subresource}`);
  const scope = request.namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(request.namespace)}`;
  return new StatusError(
    'Forbidden',
    `${subject} is forbidden: User ${user} cannot ${request.verb} resource ${full} in API group ${JSON.stringify(request.group)} ${scope}${why}`,
    {
      details: {
        ...(request.name === '' ? {} : { name: request.name }),
        ...(request.group === '' ? {} : { group: request.group }),
        kind: request.resource,
      },
    },
  );
}
