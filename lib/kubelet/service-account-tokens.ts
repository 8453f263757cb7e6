import type { Pod } from 'kubernetes-types/core/v1.js';
import { serviceAccounts } from '../api/core/service-accounts.js';
import type { Registries } from '../registry/registry.js';

/** Where the tokens of projected `serviceAccountToken` volumes come from. */
export interface ServiceAccountTokens {
  /** A token for the pod's service account, bound to the pod. Throws what the API server answers. */
  token(request: ServiceAccountTokenRequest): Promise<ServiceAccountToken>;
}

/** Which token. */
export interface ServiceAccountTokenRequest {
  readonly pod: Pod;
  /** Default: the API server. */
  readonly audience: string | undefined;
  /** Seconds. */
  readonly expirationSeconds: number;
}

/** A token, and for how long it is good. */
export interface ServiceAccountToken {
  readonly text: string;
  /** Seconds from when it was made. */
  readonly seconds: number;
}

/** Asks the API server for them. */
export function tokensOf(registries: Registries): ServiceAccountTokens {
  const accounts = registries.registry(serviceAccounts).subresource('token');
  return {
    async token({ pod: { metadata, spec }, audience, expirationSeconds }) {
      const { name = '', namespace = '', uid = '' } = metadata ?? {};
      const account = { name: spec?.serviceAccountName || 'default', namespace };
      const { spec: granted, status } = await accounts.create(account, {
        metadata: account,
        spec: {
          audiences: audience ? [audience] : [],
          expirationSeconds,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
        },
      });
      return { text: status?.token ?? '', seconds: granted.expirationSeconds ?? expirationSeconds };
    },
  };
}
