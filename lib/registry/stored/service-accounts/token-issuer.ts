import type { Environment } from '../../../base/environment.js';
import type { JsonWebKey } from '../../../base/signing-key.js';
import type { SigningKey } from '../../../base/signing-key.js';

/** For whom tokens are that the API server takes; the first one is meant where nobody is named, and is who issues them. */
export const API_AUDIENCES = ['https://kubernetes.default.svc.cluster.local', 'https://kubernetes.default.svc'] as const;

/** Seconds by which the clocks of two control planes may differ. */
const SKEW = 60;

/** An object by name, and which of that name. */
export interface Named {
  readonly name: string;
  readonly uid: string;
}

/** What Kubernetes says of a service account's token, besides the claims of every token. */
export interface AccountClaims {
  readonly namespace: string;
  readonly serviceaccount: Named;
  /** The token is worth nothing once these are gone. */
  readonly pod?: Named;
  readonly secret?: Named;
  readonly node?: Named;
  /** Seconds since 1970, for clients that should have asked for a new token by then. */
  readonly warnafter?: number;
}

/** What a service account's token says. Times are in seconds since 1970. */
export interface TokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly jti: string;
  readonly 'kubernetes.io': AccountClaims;
}

/** What {@link TokenIssuer} takes. */
export interface TokenIssuerOptions {
  readonly key: SigningKey;
  readonly environment: Environment;
}

/** Which token. */
export interface TokenOrder {
  readonly audiences: readonly string[];
  /** Until it is worth nothing. */
  readonly seconds: number;
  readonly account: AccountClaims;
}

/** Makes the tokens of service accounts (KEP-1205), and recognizes them. Control planes with the same key take each other's. */
export class TokenIssuer {
  readonly #key: SigningKey;
  readonly #environment: Environment;

  constructor({ key, environment }: TokenIssuerOptions) {
    this.#key = key;
    this.#environment = environment;
  }

  /** Who issues, as it stands in the tokens. */
  get name(): string {
    return API_AUDIENCES[0];
  }

  /** The public keys of its tokens. */
  get keys(): readonly JsonWebKey[] {
    return [this.#key.jwk];
  }

  /** Seconds since 1970. */
  get now(): number {
    return Math.floor(this.#environment.now() / 1000);
  }

  issue({ audiences, seconds, account }: TokenOrder): string {
    const { now } = this;
    const claims: TokenClaims = {
      aud: audiences,
      exp: now + seconds,
      iat: now,
      iss: this.name,
      jti: this.#environment.uuid(),
      'kubernetes.io': account,
      nbf: now,
      sub: `system:serviceaccount:${account.namespace}:${account.serviceaccount.name}`,
    };
    return this.#key.sign(claims);
  }

  /** What a token says; `undefined` unless it was issued here, and is valid now. Whether its account is still there is not looked at. */
  read(token: string): TokenClaims | undefined {
    const claims = this.#key.read(token) as TokenClaims | undefined; // what this key signed has this form
    const { now } = this;
    return claims && claims.iss === this.name && claims.exp > now && claims.nbf <= now + SKEW ? claims : undefined;
  }
}
