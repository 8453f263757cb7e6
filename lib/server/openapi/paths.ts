import type { ResourceDefinition, SubresourceDefinition } from '../../api/resource-definition.js';

/** What `kubectl` looks at before it writes: a PATCH that says its kind and knows these parameters. */
const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation'];

/** What a verb is in a document. */
interface Method {
  readonly method: string;
  readonly action: string;
  readonly item: boolean;
  readonly parameters: readonly string[];
}

const METHODS: Readonly<Record<string, Method>> = {
  get: { method: 'get', action: 'get', item: true, parameters: [] },
  update: { method: 'put', action: 'put', item: true, parameters: WRITE_PARAMETERS },
  patch: { method: 'patch', action: 'patch', item: true, parameters: [...WRITE_PARAMETERS, 'force'] },
  delete: { method: 'delete', action: 'delete', item: true, parameters: ['dryRun', 'gracePeriodSeconds', 'propagationPolicy'] },
  list: {
    method: 'get',
    action: 'list',
    item: false,
    parameters: ['continue', 'fieldSelector', 'labelSelector', 'limit', 'resourceVersion', 'watch'],
  },
  create: { method: 'post', action: 'post', item: false, parameters: WRITE_PARAMETERS },
  deletecollection: { method: 'delete', action: 'deletecollection', item: false, parameters: ['dryRun', 'fieldSelector', 'labelSelector'] },
};

const NUMBERS = new Set(['limit', 'gracePeriodSeconds']);
const BOOLEANS = new Set(['force', 'watch']);

type PathItem = Record<string, unknown>;

/** Where the schemas of a kind and of its list stand. */
export interface KindReferences {
  readonly object: string;
  readonly list: string;
}

/** The paths of one kind: collection, object and subresources, and the collection of all namespaces. */
export function pathsOf(definition: ResourceDefinition, references: KindReferences): Record<string, PathItem> {
  const root = definition.group === '' ? `/api/${definition.version}` : `/apis/${definition.apiVersion}`;
  const collection = `${root}/${definition.namespaced ? 'namespaces/{namespace}/' : ''}${definition.plural}`;
  const parameters = definition.namespaced ? [pathParameter('namespace')] : [];
  const named = [pathParameter('name'), ...parameters];
  const subresources = Object.entries(definition.subresources).filter(([, { type }]) => type !== 'connect');
  return {
    [collection]: pathItem(definition, definition.verbs, { item: false, references, parameters }),
    [`${collection}/{name}`]: pathItem(definition, definition.verbs, { item: true, references, parameters: named }),
    ...(definition.namespaced && definition.verbs.includes('list')
      ? { [`${root}/${definition.plural}`]: pathItem(definition, ['list'], { item: false, references, parameters: [] }) }
      : {}),
    ...Object.fromEntries(
      subresources.map(([name, sub]) => [
        `${collection}/{name}/${name}`,
        pathItem(sub, sub.verbs, { item: true, references, parameters: named }),
      ]),
    ),
  };
}

interface Place {
  readonly item: boolean;
  readonly references: KindReferences;
  readonly parameters: readonly object[];
}

type Kind = Pick<SubresourceDefinition, 'group' | 'version' | 'kind'>;

function pathItem(kind: Kind, verbs: readonly string[], { item, references, parameters }: Place): PathItem {
  const operations = verbs.flatMap((verb) => METHODS[verb] ?? []).filter((one) => one.item === item);
  return {
    ...Object.fromEntries(operations.map((one) => [one.method, operation(kind, one, references)] as const)),
    ...(parameters.length > 0 ? { parameters } : {}),
  };
}

function operation({ group, version, kind }: Kind, { action, parameters }: Method, { object: $ref, list }: KindReferences): object {
  const writes = ['post', 'put', 'patch'].includes(action);
  return {
    parameters: parameters.map(queryParameter),
    ...(writes
      ? { requestBody: { content: { '*/*': { schema: action === 'patch' ? { type: 'object' } : { $ref } } }, required: true } }
      : {}),
    responses: {
      '200': { description: 'OK', content: { 'application/json': { schema: { $ref: action === 'list' ? list : $ref } } } },
    },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, kind, version },
  };
}

function queryParameter(name: string): object {
  return {
    name,
    in: 'query',
    schema: { type: NUMBERS.has(name) ? 'integer' : BOOLEANS.has(name) ? 'boolean' : 'string', uniqueItems: true },
  };
}

function pathParameter(name: string): object {
  return { name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } };
}
