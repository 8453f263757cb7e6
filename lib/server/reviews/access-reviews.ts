import type { SubjectAccessReview, SubjectAccessReviewSpec } from 'kubernetes-types/authorization/v1.js';
import type { FieldError } from '../../api/field-error.js';
import { invalidObject } from '../../api/field-error.js';
import { StatusError } from '../../api/status-error.js';
import { Faults } from '../../api/validation/faults.js';
import type { UserInfo } from '../../registry/registry.js';
import type { AccessRequest, Authorizer } from '../authorization.js';

/** Whose access is asked about: anybody's, in one namespace alone, or the caller's own. */
export type ReviewScope = 'any' | 'local' | 'self';

/** Answers whether somebody may do something, as the authorizer would. Throws 422. */
export async function reviewAccess(
  review: SubjectAccessReview,
  scope: ReviewScope,
  caller: UserInfo,
  authorizer: Authorizer,
): Promise<SubjectAccessReview> {
  const { metadata, spec } = review;
  const faults = new Faults();
  attributeFaults(faults, spec);
  if (scope !== 'self' && !spec.user && !spec.groups?.length)
    faults.invalid('spec.user', '', 'at least one of user or group must be specified');
  if (scope === 'local') localFaults(faults, spec, metadata?.namespace ?? '');
  if (faults.list.length > 0) throw refused(faults.list);
  const { allowed, reason } = await authorizer.authorize(accessOf(spec, scope === 'self' ? caller : subjectOf(spec)));
  return { ...review, status: { allowed, ...(reason ? { reason } : {}) } };
}

function attributeFaults(faults: Faults, { resourceAttributes, nonResourceAttributes }: SubjectAccessReviewSpec): void {
  if (resourceAttributes && nonResourceAttributes)
    faults.invalid('spec.nonResourceAttributes', nonResourceAttributes, 'cannot be specified in combination with resourceAttributes');
  else if (!resourceAttributes && !nonResourceAttributes)
    faults.invalid('spec.resourceAttributes', null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified');
}

function localFaults(faults: Faults, { resourceAttributes, nonResourceAttributes }: SubjectAccessReviewSpec, namespace: string): void {
  if (resourceAttributes && resourceAttributes.namespace !== namespace)
    faults.invalid('spec.resourceAttributes.namespace', resourceAttributes.namespace ?? '', 'must match metadata.namespace');
  if (nonResourceAttributes) faults.invalid('spec.nonResourceAttributes', nonResourceAttributes, 'disallowed on this kind of request');
}

/** Its answers name the group alone. */
function refused(faults: readonly FieldError[]): StatusError {
  const { message, details } = invalidObject({ group: 'authorization.k8s.io', kind: '' }, '', faults);
  return new StatusError('Invalid', message, { details: { group: 'authorization.k8s.io', causes: details?.causes ?? [] } });
}

function subjectOf({ user = '', uid, groups = [], extra }: SubjectAccessReviewSpec): UserInfo {
  const more = extra as Readonly<Record<string, readonly string[]>> | undefined; // kubernetes-types has no type for its values
  return { name: user, groups, ...(uid ? { uid } : {}), ...(more ? { extra: more } : {}) };
}

function accessOf({ resourceAttributes: wanted, nonResourceAttributes }: SubjectAccessReviewSpec, user: UserInfo): AccessRequest {
  const { verb = '', group = '', version = '', resource = '', subresource = '', namespace = '', name = '' } = wanted ?? {};
  if (wanted) return { user, isResource: true, path: '', verb, group, version, resource, subresource, namespace, name };
  const { path = '', verb: method = '' } = nonResourceAttributes ?? {};
  return { user, isResource: false, path, verb: method, group: '', version: '', resource: '', subresource: '', namespace: '', name: '' };
}
