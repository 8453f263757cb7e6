import type { TokenReview } from 'kubernetes-types/authentication/v1.js';
import type { SelfSubjectRulesReview, SubjectAccessReview } from 'kubernetes-types/authorization/v1.js';
import type { KubeObject } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import {
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
  tokenReviews,
} from '../../api/reviews/reviews.js';
import type { ApiRequest, Handler, ServerContext } from '../api-request.js';
import { addressed } from '../handlers/object-address.js';
import { writeOptions } from '../handlers/write-options.js';
import { readResource } from '../negotiation/request-body.js';
import { json } from '../reply.js';
import type { ReviewScope } from './access-reviews.js';
import { reviewAccess } from './access-reviews.js';
import { reviewSelf, reviewToken } from './identity-reviews.js';

type Answer = (review: KubeObject, request: ApiRequest, context: ServerContext) => KubeObject | Promise<KubeObject>;

const accessOf =
  (scope: ReviewScope): Answer =>
  (review, { user }, { authorizer }) =>
    reviewAccess(review as SubjectAccessReview, scope, user, authorizer);

/** By kind. */
const ANSWERS = new Map<unknown, Answer>([
  [selfSubjectReviews, (review, { user }) => reviewSelf(review, user)],
  [tokenReviews, (review, _, { authenticator }) => reviewToken(review as TokenReview, authenticator)],
  [subjectAccessReviews, accessOf('any')],
  [localSubjectAccessReviews, accessOf('local')],
  [selfSubjectAccessReviews, accessOf('self')],
  [selfSubjectRulesReviews, (review) => unresolved(review as SelfSubjectRulesReview)],
]);

/** The handler of a review; undefined for other kinds. */
export function reviewHandlers(definition: ResourceDefinition, context: ServerContext): { readonly create: Handler } | undefined {
  const answer = ANSWERS.get(definition);
  if (!answer) return undefined;
  return {
    async create(request) {
      const options = writeOptions(request, 'CreateOptions');
      const review = addressed(await readResource(request, definition, options), definition, request.info, 'create');
      return json(201, await answer(review, request, context));
    },
  };
}

/** An authorizer decides about requests; it does not tell its rules. */
function unresolved(review: SelfSubjectRulesReview): SelfSubjectRulesReview {
  const evaluationError = 'the authorizer does not support user rule resolution';
  return { ...review, status: { resourceRules: [], nonResourceRules: [], incomplete: true, evaluationError } };
}
