import type { TokenReview } from 'kubernetes-types/authentication/v1.js';
import type {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
} from 'kubernetes-types/authorization/v1.js';
import { defineBuiltIn } from '../built-in.js';
import type { KubeObject } from '../object.js';
import type { WriteOnlyDefinition } from '../resource-definition.js';

/** Who the caller is. */
export interface SelfSubjectReview extends KubeObject {
  readonly status?: { readonly userInfo?: object };
}

/** A question in the form of an object: creating it answers it, and nothing is stored. API servers answer; registries cannot. */
function review<T extends KubeObject>(resource: string): WriteOnlyDefinition<T> {
  return { ...defineBuiltIn<T>(resource), writeOnly: true };
}

export const selfSubjectReviews = review<SelfSubjectReview>('authentication.k8s.io/v1/selfsubjectreviews');
export const tokenReviews = review<TokenReview>('authentication.k8s.io/v1/tokenreviews');
export const subjectAccessReviews = review<SubjectAccessReview>('authorization.k8s.io/v1/subjectaccessreviews');
export const localSubjectAccessReviews = review<LocalSubjectAccessReview>('authorization.k8s.io/v1/localsubjectaccessreviews');
export const selfSubjectAccessReviews = review<SelfSubjectAccessReview>('authorization.k8s.io/v1/selfsubjectaccessreviews');
export const selfSubjectRulesReviews = review<SelfSubjectRulesReview>('authorization.k8s.io/v1/selfsubjectrulesreviews');
