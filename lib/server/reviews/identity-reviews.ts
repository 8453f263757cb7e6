import type { TokenReview } from 'kubernetes-types/authentication/v1.js';
import type { SelfSubjectReview } from '../../api/reviews/reviews.js';
import { badRequest, StatusError } from '../../api/status-error.js';
import type { UserInfo } from '../../registry/registry.js';
import { API_AUDIENCES } from '../../registry/stored/service-accounts/token-issuer.js';
import type { Authenticator, Identity } from '../authentication.js';
import { authenticated } from '../authentication.js';

/** For whom tokens are that this server takes. */
const OWN_AUDIENCES: readonly string[] = API_AUDIENCES;

/** Tells callers who they are. */
export function reviewSelf(review: SelfSubjectReview, caller: UserInfo): SelfSubjectReview {
  return { ...review, status: { userInfo: userInfo(caller) } };
}

/** Tells whose a token is. One that nobody knows is no failure. Throws 400 when there is none. */
export async function reviewToken(review: TokenReview, authenticator: Authenticator): Promise<TokenReview> {
  const { token, audiences } = review.spec;
  if (!token) throw badRequest('token is required for TokenReview in authentication');
  const asked = audiences?.length ? audiences : OWN_AUDIENCES.slice(0, 1);
  const found = await identityOf(token, asked, authenticator);
  if (!found) return { ...review, status: { user: {} } };
  const { audiences: good, ...user } = found;
  return { ...review, status: { authenticated: true, user: userInfo(authenticated(user)), audiences: [...good] } };
}

/** Whose a token is, and for which of those that ask it is meant; `undefined` when it is nobody's, or for none of them. */
async function identityOf(
  token: string,
  asked: readonly string[],
  authenticator: Authenticator,
): Promise<(UserInfo & { readonly audiences: readonly string[] }) | undefined> {
  const user = await userOf(token, asked, authenticator);
  if (!user) return undefined;
  // Whoever does not speak of audiences means those of the server.
  const audiences = user.audiences ?? asked.filter((one) => OWN_AUDIENCES.includes(one));
  return audiences.length > 0 ? { ...user, audiences } : undefined;
}

async function userOf(token: string, audiences: readonly string[], authenticator: Authenticator): Promise<Identity | undefined> {
  try {
    return await authenticator.authenticate({ headers: { authorization: `Bearer ${token}` }, audiences });
  } catch (error) {
    if (StatusError.is(error, 'Unauthorized')) return undefined;
    throw error;
  }
}

function userInfo({ name, uid, groups, extra }: UserInfo) {
  const more = Object.fromEntries(Object.entries(extra ?? {}).map(([key, values]) => [key, [...values]]));
  return { username: name, ...(uid ? { uid } : {}), groups: [...groups], ...(extra ? { extra: more } : {}) };
}
