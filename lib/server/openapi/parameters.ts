import type { FieldFacts } from '../../api/schema/facts.js';
import { facts } from '../../api/schema/facts.js';

/** A parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: string;
  readonly description?: string | undefined;
}

const TEXTS: Readonly<Record<string, string>> = {
  allowWatchBookmarks: 'Asks for events of type BOOKMARK, which tell how far a watch has come.',
  continue: 'The token of the page before, to go on with a list.',
  dryRun: 'All: nothing is stored.',
  fieldManager: 'Who owns what this request writes.',
  fieldSelector: 'Only objects whose fields are so.',
  fieldValidation: 'What becomes of unknown and doubled fields: Ignore, Warn or Strict.',
  force: 'Takes fields over that others own. For apply only.',
  gracePeriodSeconds: 'Seconds until the object goes; 0: at once. Default: that of its kind.',
  ignoreStoreReadErrorWithClusterBreakingPotential: 'Deletes an object that cannot be read.',
  labelSelector: 'Only objects whose labels are so.',
  limit: 'At most so many objects; the answer then has a token to go on with.',
  namespace: 'The namespace of the object.',
  orphanDependents: 'Superseded by propagationPolicy.',
  path: 'The path that is asked for there.',
  pretty: 'Whether the answer is indented.',
  propagationPolicy: 'What becomes of what the object owns: Orphan, Background or Foreground.',
  resourceVersion: 'How fresh the answer must be, or from where a watch goes on.',
  resourceVersionMatch: 'How resourceVersion is meant: Exact or NotOlderThan.',
  sendInitialEvents: 'Begins a watch with the objects that are there.',
  shardSelector: 'Only a part of the objects.',
  timeoutSeconds: 'Seconds until a list or watch ends.',
  watch: 'Goes on with the changes rather than answer with a list.',
};

/** A query parameter that resources of every kind have. */
export function queryParameter(name: string): Parameter {
  return { name, in: 'query', type: facts.operations.params[name] ?? 'string', description: TEXTS[name] };
}

/** A part of the path: `namespace`, `name` or `path`. */
export function pathParameter(name: string, kind: string): Parameter {
  return { name, in: 'path', type: 'string', description: name === 'name' ? `name of the ${kind}` : TEXTS[name] };
}

/** The fields of a type such as `core/v1.PodLogOptions`, as query parameters. */
export function optionParameters(type: string): readonly Parameter[] {
  const fields: readonly (readonly [string, FieldFacts])[] = Object.entries(facts.types[type]?.fields ?? {});
  return fields
    .filter(([name, { ref }]) => ref === undefined && name !== 'apiVersion' && name !== 'kind')
    .map(([name, { type: kind = 'string', items }]) => ({ name, in: 'query', type: (kind === 'array' ? items?.type : kind) ?? 'string' }));
}
