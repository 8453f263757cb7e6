import type { TokenIssuer } from '../registry/stored/service-accounts/token-issuer.js';
import type { ApiRequest } from './api-request.js';
import type { BodyReply } from './reply.js';
import { json } from './reply.js';

const CONFIGURATION = '/.well-known/openid-configuration';
const KEYS = '/openid/v1/jwks';
/** Keys stay for as long as the cluster does. */
const CACHED = { 'cache-control': 'public, max-age=3600' };

/** Paths of {@link issuerReply}. */
export const ISSUER_PATHS: readonly string[] = [CONFIGURATION, KEYS];

/** What others need to check service account tokens by themselves (OpenID Connect Discovery 1.0, RFC 7517). `undefined` for other paths. */
export function issuerReply({ info, localAddress }: ApiRequest, issuer: TokenIssuer): BodyReply | undefined {
  if (info.path === KEYS) return json(200, { keys: issuer.keys }, { 'content-type': 'application/jwk-set+json', ...CACHED });
  if (info.path !== CONFIGURATION) return undefined;
  const configuration = {
    issuer: issuer.name,
    jwks_uri: `https://${localAddress}${KEYS}`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(issuer.keys.map(({ alg }) => alg))],
  };
  return json(200, configuration, CACHED);
}
