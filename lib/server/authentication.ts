import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { StatusError } from '../api/status-error.js';
import type { UserInfo } from '../registry/registry.js';

/** What a client brought to prove who it is. */
export interface Credentials {
  readonly headers: IncomingHttpHeaders;
  /** Subject of the client certificate; `trusted` when an authority of the server signed it. */
  readonly certificate?: { readonly commonName: string; readonly organizations: readonly string[]; readonly trusted: boolean } | undefined;
  /** Whom they must be meant for. Default: this API server. */
  readonly audiences?: readonly string[] | undefined;
}

/** Who a client turned out to be. */
export interface Identity extends UserInfo {
  /** Which of the audiences that were asked for the credentials are meant for. Default: they are meant for the API server. */
  readonly audiences?: readonly string[] | undefined;
}

/** Finds out who a client is. */
export interface Authenticator {
  /** `undefined`: these credentials are not of my kind, or I do not know them. Throws `Unauthorized` when they are of my kind and wrong. */
  authenticate(credentials: Credentials): Identity | undefined | Promise<Identity | undefined>;
}

/** Who brings no credentials. */
export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** The group of all that are known. */
const AUTHENTICATED = 'system:authenticated';

/** A fresh 401. */
export function unauthorized(): StatusError {
  return new StatusError('Unauthorized', 'Unauthorized');
}

/** Client certificates: the common name is the user, the organizations are its groups. */
export function clientCertificates(): Authenticator {
  return {
    authenticate({ certificate }) {
      if (!certificate) return undefined;
      if (!certificate.trusted) throw unauthorized();
      return { name: certificate.commonName, groups: certificate.organizations };
    },
  };
}

/** A fixed table of bearer tokens. Tokens are kept and compared as SHA-256 digests, so that time tells nothing of them. */
export function staticTokens(tokens: Readonly<Record<string, UserInfo>>): Authenticator {
  const known = new Map<string, UserInfo>();
  for (const [token, user] of Object.entries(tokens)) known.set(digest(token), authenticated(user));
  return {
    authenticate({ headers }) {
      const token = bearerToken(headers);
      return token === undefined ? undefined : known.get(digest(token));
    },
  };
}

/** Asks each in turn; the first that knows the client decides. */
export function firstOf(authenticators: readonly Authenticator[]): Authenticator {
  return {
    authenticate(credentials) {
      for (const [index, one] of authenticators.entries()) {
        const user = one.authenticate(credentials);
        if (user instanceof Promise)
          return user.then((found) => found ?? firstOf(authenticators.slice(index + 1)).authenticate(credentials));
        if (user) return user;
      }
      return undefined;
    },
  };
}

/** The caller: known ones also belong to `system:authenticated`, those without credentials are {@link ANONYMOUS}. Throws 401 for a token nobody knows. */
export function identify(authenticator: Authenticator, credentials: Credentials): UserInfo | Promise<UserInfo> {
  const user = authenticator.authenticate(credentials);
  return user instanceof Promise ? user.then((found) => callerOf(found, credentials)) : callerOf(user, credentials);
}

function callerOf(user: Identity | undefined, credentials: Credentials): UserInfo {
  if (user) {
    if (!('audiences' in user)) return authenticated(user);
    const { audiences: _, ...known } = user;
    return authenticated(known);
  }
  if (bearerToken(credentials.headers) !== undefined) throw unauthorized();
  return ANONYMOUS;
}

/** The user as a member of `system:authenticated`. */
export function authenticated(user: UserInfo): UserInfo {
  return user.groups.includes(AUTHENTICATED) ? user : { ...user, groups: [...user.groups, AUTHENTICATED] };
}

/** The token of an `Authorization` header. */
export function bearerToken({ authorization }: IncomingHttpHeaders): string | undefined {
  return authorization === undefined ? undefined : /^bearer +(\S+) *$/i.exec(authorization)?.[1];
}

const digest = (token: string) => hash('sha256', token, 'base64');
