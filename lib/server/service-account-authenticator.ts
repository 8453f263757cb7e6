import { nodes } from '../api/core/nodes.js';
import { pods } from '../api/core/pods.js';
import { secrets } from '../api/core/secrets.js';
import { serviceAccounts } from '../api/core/service-accounts.js';
import { parseTime } from '../api/meta/time.js';
import type { KubeObject, ObjectName } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import { StatusError } from '../api/status-error.js';
import type { Registries } from '../registry/registry.js';
import type { Named, TokenClaims, TokenIssuer } from '../registry/stored/service-accounts/token-issuer.js';
import { API_AUDIENCES } from '../registry/stored/service-accounts/token-issuer.js';
import type { Authenticator, Identity } from './authentication.js';
import { bearerToken } from './authentication.js';

/** Milliseconds for which what is being deleted still counts, so that it can clean up after itself. */
const LEAVE = 60_000;

/**
 * The tokens of service accounts. One is good as long as its time lasts and its account, and what it is bound to, are there: objects
 * of the same name that came later are others.
 */
export function serviceAccountTokens(issuer: TokenIssuer, registries: Registries): Authenticator {
  return {
    async authenticate({ headers, audiences = API_AUDIENCES }) {
      const token = bearerToken(headers);
      const claims = token === undefined ? undefined : issuer.read(token);
      if (!claims) return undefined;
      const good = audiences.filter((one) => claims.aud.includes(one));
      if (good.length === 0 || !(await isAlive(claims, issuer, registries))) return undefined;
      return { ...userOf(claims), audiences: good };
    },
  };
}

function userOf({ sub, jti, 'kubernetes.io': { namespace, serviceaccount, pod, node } }: TokenClaims): Identity {
  const extra = {
    'authentication.kubernetes.io/credential-id': [`JTI=${jti}`],
    ...(node ? named('node', node) : {}),
    ...(pod ? named('pod', pod) : {}),
  };
  return { name: sub, uid: serviceaccount.uid, groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`], extra };
}

function named(what: string, { name, uid }: Named): Readonly<Record<string, readonly string[]>> {
  return { [`authentication.kubernetes.io/${what}-name`]: [name], [`authentication.kubernetes.io/${what}-uid`]: [uid] };
}

async function isAlive({ 'kubernetes.io': claims }: TokenClaims, issuer: TokenIssuer, registries: Registries): Promise<boolean> {
  const { namespace, serviceaccount, pod, secret, node } = claims;
  const is = <T extends KubeObject>(definition: ResourceDefinition<T>, { name, uid }: Named, inside = true) =>
    isThere(definition, { name, ...(inside ? { namespace } : {}) }, { uid, now: issuer.now * 1000, registries });
  if (!(await is(serviceAccounts, serviceaccount))) return false;
  if (pod) return is(pods, pod); // the node of a bound pod is told for information
  if (secret) return is(secrets, secret);
  return node ? is(nodes, node, false) : true;
}

interface Sought {
  readonly uid: string;
  readonly now: number;
  readonly registries: Registries;
}

async function isThere<T extends KubeObject>(
  definition: ResourceDefinition<T>,
  name: ObjectName,
  { uid, now, registries }: Sought,
): Promise<boolean> {
  try {
    const { metadata } = await registries.registry(definition).get(name);
    return metadata.uid === uid && !(parseTime(metadata.deletionTimestamp) + LEAVE < now);
  } catch (error) {
    if (StatusError.is(error, 'NotFound')) return false;
    throw error;
  }
}
