import type { Pod } from 'kubernetes-types/core/v1.js';

/** Where the tokens of projected `serviceAccountToken` volumes come from. */
export interface ServiceAccountTokens {
  /** A token for the pod's service account, bound to the pod. */
  token(request: ServiceAccountTokenRequest): Promise<string>;
}

/** Which token. */
export interface ServiceAccountTokenRequest {
  readonly pod: Pod;
  /** Default: the API server. */
  readonly audience: string | undefined;
  /** Seconds. */
  readonly expirationSeconds: number;
}
