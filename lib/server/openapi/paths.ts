import type { ResourceDefinition, SubresourceDefinition } from '../../api/resource-definition.js';

/** What `kubectl` looks at before it writes: a PATCH that says its kind and knows these parameters. */
const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation'];

const METHODS: Readonly<Record<string, { method: string; action: string; item: boolean; parameters: readonly string[] }>> = {
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

/** The paths of one kind: collection, object and subresources. `reference` is where its schema stands. */
export function pathsOf(definition: ResourceDefinition, reference: string): Record<string, PathItem> {
  const root = definition.group === '' ? `/api/${definition.version}` : `/apis/${definition.apiVersion}`;
  const collection = `${root}/${definition.namespaced ? 'namespaces/{namespace}/' : ''}${definition.plural}`;
  const parameters = definition.namespaced ? [pathParameter('namespace')] : [];
  const named = [pathParameter('name'), ...parameters];
  const subresources = Object.entries(definition.subresources).filter(([, { type }]) => type !== 'connect');
  return {
    [collection]: pathItem(definition, definition.verbs, { item: false, reference, parameters }),
    [`${collection}/{name}`]: pathItem(definition, definition.verbs, { item: true, reference, parameters: named }),
    ...Object.fromEntries(
      subresources.map(([name, sub]) => [
        `${collection}/{name}/${name}`,
        pathItem(sub, sub.verbs, { item: true, reference, parameters: named }),
      ]),
    ),
  };
}

interface Place {
  readonly item: boolean;
  readonly reference: string;
  readonly parameters: readonly object[];
}

type Kind = Pick<SubresourceDefinition, 'group' | 'version' | 'kind'>;

function pathItem(kind: Kind, verbs: readonly string[], { item, reference, parameters }: Place): PathItem {
  const operations = verbs.flatMap((verb) => METHODS[verb] ?? []).filter((one) => one.item === item);
  return {
    ...Object.fromEntries(operations.map((one) => [one.method, operation(kind, one.action, one.parameters, reference)] as const)),
    ...(parameters.length > 0 ? { parameters } : {}),
  };
}

function operation({ group, version, kind }: Kind, action: string, parameters: readonly string[], $ref: string): object {
  const writes = ['post', 'put', 'patch'].includes(action);
  return {
    parameters: parameters.map(queryParameter),
    ...(writes
      ? { requestBody: { content: { '*/*': { schema: action === 'patch' ? { type: 'object' } : { $ref } } }, required: true } }
      : {}),
    responses: {
      '200': { description: 'OK', content: { 'application/json': { schema: action === 'list' ? { type: 'object' } : { $ref } } } },
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
