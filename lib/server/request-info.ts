import type { RequestQuery } from './request-query.js';

/** What a request is about, read from its method and path alone; whether such a resource exists shows later. */
export interface RequestInfo {
  /** Whether the path names a resource (`/api/v1/pods`) rather than something else (`/version`). */
  readonly isResource: boolean;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; the HTTP method in lower case for other paths. */
  readonly verb: string;
  /** Decoded, without a trailing slash. */
  readonly path: string;
  readonly group: string;
  readonly version: string;
  /** Plural, such as `pods`. */
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** What follows the subresource (`…/proxy/a/b`). */
  readonly rest: readonly string[];
}

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Subresources of a namespace, which would else be taken for resources in it. */
const OF_NAMESPACES = new Set(['status', 'finalize']);

/** Reads method and path as Kubernetes does. `undefined`: the path's escapes are broken or it has an empty part. */
export function requestInfo(method: string, rawPath: string, query: RequestQuery): RequestInfo | undefined {
  const parts = partsOf(rawPath);
  if (!parts) return undefined;
  const prefix = parts[0] === 'api' ? 2 : parts[0] === 'apis' ? 3 : 0;
  if (prefix === 0 || parts.length <= prefix) return other(method, parts);
  const [group, version] = prefix === 2 ? ['', parts[1] ?? ''] : [parts[1] ?? '', parts[2] ?? ''];
  return resourceInfo(method, parts, { group, version, rest: parts.slice(prefix), query });
}

function partsOf(rawPath: string): string[] | undefined {
  const trimmed = rawPath.endsWith('/') ? rawPath.slice(0, -1) : rawPath;
  if (trimmed === '') return [];
  const parts = trimmed.slice(1).split('/');
  if (parts.includes('') && !parts.includes('proxy')) return undefined;
  if (!rawPath.includes('%')) return parts;
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

const NO_REST: readonly string[] = [];
const NOTHING = { group: '', version: '', resource: '', subresource: '', namespace: '', name: '', rest: NO_REST };

function other(method: string, parts: readonly string[]): RequestInfo {
  return { ...NOTHING, isResource: false, verb: method.toLowerCase(), path: `/${parts.join('/')}` };
}

interface Parsed {
  readonly group: string;
  readonly version: string;
  readonly rest: readonly string[];
  readonly query: RequestQuery;
}

/** Every request has one, so it is made in one go, not spread together. */
function resourceInfo(method: string, parts: readonly string[], { group, version, rest, query }: Parsed): RequestInfo {
  const oldWatch = rest[0] === 'watch' && rest.length > 1;
  const place = oldWatch ? rest.slice(1) : rest;
  const inNamespace = place[0] === 'namespaces' && place.length > 2 && !OF_NAMESPACES.has(place[2] ?? '');
  const at = inNamespace ? 2 : 0;
  const name = place[at + 1] ?? '';
  return {
    isResource: true,
    verb: oldWatch && method === 'GET' ? 'watch' : verbOf(method, name, query),
    path: `/${parts.join('/')}`,
    group,
    version,
    resource: place[at] ?? '',
    subresource: place[at + 2] ?? '',
    namespace: place[0] === 'namespaces' ? (place[1] ?? '') : '',
    name,
    rest: place.length > at + 3 ? place.slice(at + 3) : NO_REST,
  };
}

function verbOf(method: string, name: string, query: RequestQuery): string {
  const verb = VERBS[method] ?? method.toLowerCase();
  if (name !== '') return verb;
  if (verb === 'get') return query.flag('watch') ? 'watch' : 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}
