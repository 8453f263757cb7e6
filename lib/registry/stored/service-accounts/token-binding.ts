import { nameText } from '../../../api/object.js';
import type { BoundObjectReference } from 'kubernetes-types/authentication/v1.js';
import { nodes } from '../../../api/core/nodes.js';
import { pods } from '../../../api/core/pods.js';
import { secrets } from '../../../api/core/secrets.js';
import type { KubeObject, ObjectName, Stored } from '../../../api/object.js';
import type { ResourceDefinition } from '../../../api/resource-definition.js';
import { badRequest, conflict, notFound } from '../../../api/status-error.js';
import type { AccountClaims } from './token-issuer.js';

/** An object as it is stored now. */
export type Lookup = <T extends KubeObject>(definition: ResourceDefinition<T>, name: ObjectName) => Promise<Stored<T> | undefined>;

/** What a token is bound to, as it stands in its claims. */
export type Bonds = Pick<AccountClaims, 'pod' | 'secret' | 'node'>;

/** Finds what a token of `account` shall be bound to. Throws 400, 404, 409. */
export async function bondsOf(ref: BoundObjectReference, account: ObjectName, lookup: Lookup): Promise<Bonds> {
  const { apiVersion = '', kind = '', name = '' } = ref;
  const { namespace } = account;
  if (apiVersion !== 'v1' || !['Pod', 'Secret', 'Node'].includes(kind))
    throw badRequest(`cannot bind token to object of type ${nameText(apiVersion)}, Kind=${nameText(kind)}`);
  if (kind === 'Secret') return { secret: same(ref, await found(secrets, { name, namespace }, lookup)) };
  if (kind === 'Node') return { node: same(ref, await found(nodes, { name }, lookup)) };
  const pod = await found(pods, { name, namespace }, lookup);
  if (pod.spec?.serviceAccountName !== account.name)
    throw badRequest(`cannot bind token for serviceaccount "${account.name}" to pod running with different serviceaccount name.`);
  const bond = same(ref, pod);
  const node = pod.spec.nodeName ? await lookup(nodes, { name: pod.spec.nodeName }) : undefined;
  return { pod: bond, ...(node ? { node: { name: node.metadata.name, uid: node.metadata.uid } } : {}) };
}

async function found<T extends KubeObject>(definition: ResourceDefinition<T>, name: ObjectName, lookup: Lookup): Promise<Stored<T>> {
  const object = await lookup(definition, name);
  if (!object) throw notFound(definition, name.name);
  return object;
}

function same(
  { uid: wanted, kind = '' }: BoundObjectReference,
  { metadata: { name, uid } }: Stored<KubeObject>,
): { name: string; uid: string } {
  if (wanted && wanted !== uid)
    throw conflict(
      { group: '', plural: kind, kind },
      name,
      `the UID in the bound object reference (${wanted}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  return { name, uid };
}
