import type { IncomingHttpHeaders } from 'node:http';
import { badRequest } from '../api/status-error.js';
import type { UserInfo } from '../registry/registry.js';
import { ANONYMOUS, authenticated } from './authentication.js';
import { forbiddenAccess } from './authorization.js';
import type { AccessRequest, Authorizer } from './authorization.js';

const EXTRA = 'impersonate-extra-';

/** The user that acts: the caller, or whom its `Impersonate-…` headers name, if the authorizer lets it. Throws 400 or 403. */
export async function actingUser(caller: UserInfo, headers: IncomingHttpHeaders, authorizer: Authorizer): Promise<UserInfo> {
  const wanted = wantedUser(headers);
  if (!wanted) return caller;
  for (const [resource, name, group] of demands(wanted)) {
    const request = access(caller, resource, name, group);
    const { allowed, reason } = await authorizer.authorize(request);
    if (!allowed) throw forbiddenAccess(request, reason);
  }
  if (wanted.name === ANONYMOUS.name) return { ...wanted, groups: [...new Set([...wanted.groups, ...ANONYMOUS.groups])] };
  return authenticated({ ...wanted, groups: [...wanted.groups, ...impliedGroups(wanted.name)] });
}

function wantedUser(headers: IncomingHttpHeaders): UserInfo | undefined {
  const name = headerText(headers['impersonate-user']);
  const groups = headerList(headers['impersonate-group']);
  const uid = headerText(headers['impersonate-uid']);
  const extra = extraOf(headers);
  if (name) return { name, groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) };
  if (groups.length > 0 || uid || extra) throw badRequest('requested impersonation without impersonating a user');
  return undefined;
}

/** Whether a request names whom it acts as: few do, and looking costs little. */
export function impersonates(headers: IncomingHttpHeaders): boolean {
  for (const name in headers) if (name.startsWith('impersonate-')) return true;
  return false;
}

function extraOf(headers: IncomingHttpHeaders): Record<string, string[]> | undefined {
  const found = Object.entries(headers).filter(([name]) => name.startsWith(EXTRA));
  if (found.length === 0) return undefined;
  return Object.fromEntries(found.map(([name, value]) => [unescaped(name.slice(EXTRA.length)), headerList(value)]));
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key).toLowerCase();
  } catch {
    return key.toLowerCase();
  }
}

function demands(user: UserInfo): (readonly [resource: string, name: string, group: string])[] {
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user.name);
  return [
    account ? (['serviceaccounts', account[2] ?? '', ''] as const) : (['users', user.name, ''] as const),
    ...user.groups.map((group) => ['groups', group, ''] as const),
    ...(user.uid ? [['uids', user.uid, 'authentication.k8s.io'] as const] : []),
    ...Object.keys(user.extra ?? {}).map((key) => [`userextras/${key}`, '', 'authentication.k8s.io'] as const),
  ];
}

function access(user: UserInfo, resource: string, name: string, group: string): AccessRequest {
  return { user, isResource: true, verb: 'impersonate', path: '', group, version: 'v1', resource, subresource: '', namespace: '', name };
}

function impliedGroups(name: string): string[] {
  const namespace = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name)?.[1];
  return namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

const headerText = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);
// Node joins repeated headers with ", "; group names have no commas of their own in any client.
const headerList = (value: string | string[] | undefined) =>
  (Array.isArray(value) ? value : (value ?? '').split(',')).map((one) => one.trim()).filter((one) => one !== '');
