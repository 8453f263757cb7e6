import type { TokenReview } from 'kubernetes-types/authentication/v1.js';
import type { SelfSubjectReview } from '../../api/reviews/reviews.js';
import { badRequest, StatusError } from '../../api/status-error.js';
import type { UserInfo } from '../../registry/registry.js';
import type { Authenticator } from '../authentication.js';
import { authenticated } from '../authentication.js';

/** For whom tokens are that this server takes. */
const OWN_AUDIENCES: readonly string[] = ['https://kubernetes.default.svc.cluster.local', 'https://kubernetes.default.svc'];

/** Tells callers who they are. */
export function reviewSelf(review: SelfSubjectReview, caller: UserInfo): SelfSubjectReview {
  return { ...review, status: { userInfo: userInfo(caller) } };
}

/** Tells whose a token is. One that nobody knows is no failure. Throws 400 when there is none. */
export async function reviewToken(review: TokenReview, authenticator: Authenticator): Promise<TokenReview> {
  const { token, audiences } = review.spec;
  if (!token) throw badRequest('token is required for TokenReview in authentication');
  const asked = audiences?.length ? audiences.filter((one) => OWN_AUDIENCES.includes(one)) : OWN_AUDIENCES.slice(0, 1);
  const user = asked.length > 0 ? await userOf(token, authenticator) : undefined;
  if (!user) return { ...review, status: { user: {} } };
  return { ...review, status: { authenticated: true, user: userInfo(authenticated(user)), audiences: [...asked] } };
}

async function userOf(token: string, authenticator: Authenticator): Promise<UserInfo | undefined> {
  try {
    return await authenticator.authenticate({ headers: { authorization: `Bearer ${token}` } });
  } catch (error) {
    if (StatusError.is(error, 'Unauthorized')) return undefined;
    throw error;
  }
}

function userInfo({ name, uid, groups, extra }: UserInfo) {
  const more = Object.fromEntries(Object.entries(extra ?? {}).map(([key, values]) => [key, [...values]]));
  return { username: name, ...(uid ? { uid } : {}), groups: [...groups], ...(extra ? { extra: more } : {}) };
}
