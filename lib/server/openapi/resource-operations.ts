import type { ResourceDefinition, SubresourceDefinition } from '../../api/resource-definition.js';
import type { ResourceFacts, VerbFacts } from '../../api/schema/facts.js';
import { facts } from '../../api/schema/facts.js';
import type { Operation, TypeReference } from './operation.js';
import { capital, fillIn, groupNames } from './operation-names.js';
import type { Parameter } from './parameters.js';
import { optionParameters, pathParameter, queryParameter } from './parameters.js';

const { verbs: VERBS, media: MEDIA, custom: CUSTOM } = facts.operations;

/** Where an operation stands. */
interface Place {
  readonly definition: ResourceDefinition;
  /** Empty for the resource itself. */
  readonly subresource: string;
  readonly sub?: SubresourceDefinition | undefined;
  /** About one object rather than a collection. */
  readonly item: boolean;
  /** Across namespaces. */
  readonly all?: boolean;
  /** Goes on with any path. */
  readonly rest?: boolean;
}

/** All that can be done with a kind: in its collections, with its objects, with their subresources. */
export function resourceOperations(definition: ResourceDefinition): readonly Operation[] {
  return [
    ...definition.verbs.flatMap((verb) => mainOperations(definition, verb)),
    ...Object.entries(definition.subresources).flatMap(([subresource, sub]) => subOperations({ definition, subresource, sub, item: true })),
  ];
}

function mainOperations(definition: ResourceDefinition, verb: string): readonly Operation[] {
  const main = { definition, subresource: '' };
  const known = verbOf(definition, verb);
  if (!known) return [];
  if (verb === 'watch') return definition.custom ? [] : [operation(known, { ...main, item: true }), ...inCollections('watchlist', main)];
  if (verb === 'list') return inCollections(verb, main);
  return [operation(known, { ...main, item: !['create', 'deletecollection'].includes(verb) })];
}

function inCollections(verb: string, main: Pick<Place, 'definition' | 'subresource'>): readonly Operation[] {
  const known = verbOf(main.definition, verb);
  if (!known) return [];
  const here = operation(known, { ...main, item: false });
  return main.definition.namespaced ? [here, operation(known, { ...main, item: false, all: true })] : [here];
}

function subOperations(place: Place & { readonly sub: SubresourceDefinition }): readonly Operation[] {
  const { connect } = factsOf(place) ?? {};
  if (connect)
    return [...connected(connect, place), ...(place.subresource === 'proxy' ? connected(connect, { ...place, rest: true }) : [])];
  return place.sub.verbs.flatMap((verb) => {
    const known = verbOf(place.definition, verb);
    return known ? [operation(known, place)] : [];
  });
}

function connected(methods: readonly string[], place: Place): readonly Operation[] {
  const known = VERBS['connect'];
  return known ? methods.map((method) => operation({ ...known, method }, place)) : [];
}

/** What a verb is; of custom kinds some are otherwise. */
function verbOf({ custom }: ResourceDefinition, verb: string): VerbFacts | undefined {
  const known = VERBS[verb];
  if (!known || !custom || (verb !== 'get' && verb !== 'patch' && verb !== 'deletecollection')) return known;
  return { ...known, ...CUSTOM[verb] };
}

function factsOf({ definition, subresource }: Place): ResourceFacts | undefined {
  return facts.resources[`${definition.apiVersion}/${definition.plural}${subresource === '' ? '' : `/${subresource}`}`];
}

function operation(verb: VerbFacts, place: Place): Operation {
  const { definition, sub, subresource, all, rest } = place;
  const { group, version, kind } = sub ?? definition;
  const { method = 'get', action, out, codes } = verb;
  const names = groupNames(definition.group, definition.version);
  const isLog = subresource === 'log';
  return {
    path: pathOf(verb, place),
    method,
    id: fillIn((all ? verb.idAll : rest ? verb.idPath : undefined) ?? verb.id, {
      GV: names.groupVersion,
      N: definition.namespaced && !all ? 'Namespaced' : '',
      K: definition.kind,
      S: capital(subresource),
      M: capital(method),
    }),
    tag: names.tag,
    description: `${action} ${subresource === '' ? '' : `${subresource} of `}${kind}`,
    action,
    kind: { group, kind, version },
    parameters: parametersOf(verb, place),
    body: bodyOf(verb, place),
    answer: {
      media: isLog ? (MEDIA['log'] ?? []) : mediaOf(definition, out),
      type: isLog ? 'string' : answerType(verb, place),
      codes,
    },
  };
}

function pathOf({ path = '' }: VerbFacts, { definition, subresource, item, all, rest }: Place): string {
  const root = definition.group === '' ? `/api/${definition.version}` : `/apis/${definition.apiVersion}`;
  const namespace = definition.namespaced && !all ? 'namespaces/{namespace}/' : '';
  const name = item ? '/{name}' : '';
  const below = subresource === '' ? '' : `/${subresource}${rest ? '/{path}' : ''}`;
  return `${root}/${path}${namespace}${definition.plural}${name}${below}`;
}

function parametersOf({ params = [] }: VerbFacts, place: Place): readonly Parameter[] {
  const { definition, sub, item, all, rest } = place;
  const kind = sub?.kind ?? definition.kind;
  const { options } = factsOf(place) ?? {};
  const named = [item ? 'name' : [], definition.namespaced && !all ? 'namespace' : [], rest ? 'path' : []].flat();
  const queries = [...params.map(queryParameter), ...(options === undefined ? [] : optionParameters(options))];
  return [
    ...named.map((name) => pathParameter(name, kind)),
    // Of a proxy the path stands in the address once it goes on.
    ...queries.filter(({ name }) => !named.includes(name)),
  ];
}

function bodyOf({ body, bodyType, bodyRequired = true }: VerbFacts, place: Place): Operation['body'] {
  if (body === undefined || body === null) return undefined;
  const type = bodyType === undefined ? ownType(place) : { type: bodyType };
  return { media: mediaOf(place.definition, body), type, required: bodyRequired };
}

function answerType({ returns, action }: VerbFacts, place: Place): TypeReference {
  const { definition } = place;
  if (returns === 'string') return 'string';
  if (action === 'list') return { kind: definition, list: true };
  if (action === 'delete' && definition.deleteReturnsObject && !factsOf(place)?.deleteSchema) return ownType(place);
  return returns === undefined ? ownType(place) : { type: returns };
}

/** A subresource has its parent's kind, or one of the built-in kinds. */
function ownType({ definition, sub }: Place): TypeReference {
  if (!sub || sub.kind === definition.kind) return { kind: definition };
  return { type: `${sub.group === '' ? 'core' : sub.group.split('.')[0]}/${sub.version}.${sub.kind}` };
}

function mediaOf({ custom }: ResourceDefinition, key: string): readonly string[] {
  return (custom ? CUSTOM.media[key] : undefined) ?? MEDIA[key] ?? [];
}
