import type { FieldError } from '../../api/field-error.js';
import { forbiddenField, notSupported } from '../../api/field-error.js';
import { parseFieldSelector } from '../../api/meta/field-selector.js';
import { parseLabelSelector } from '../../api/meta/label-selector.js';
import type { KubeObject } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { badRequest } from '../../api/status-error.js';
import type { ListOptions, Selection } from '../../registry/registry.js';
import type { ApiRequest } from '../api-request.js';
import { refuse } from './write-options.js';

/** How a watch was asked for. */
export interface WatchRequest extends Selection {
  readonly resourceVersion: string;
  readonly allowBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
  /** Seconds until the server ends it. */
  readonly timeoutSeconds: number | undefined;
}

/** The options of a list. Throws 400 and 422 as Kubernetes does for combinations that make no sense. */
export function listOptions(request: ApiRequest, definition: ResourceDefinition): ListOptions {
  const { query } = request;
  const match = query.text('resourceVersionMatch') ?? '';
  const resourceVersion = query.text('resourceVersion') ?? '';
  const token = query.text('continue') ?? '';
  const limit = query.integer('limit') ?? 0;
  query.integer('timeoutSeconds');
  refuse('ListOptions', listErrors({ match, resourceVersion, token, initial: query.text('sendInitialEvents') }));
  return {
    ...selection(request, definition),
    signal: request.signal,
    ...(limit > 0 && resourceVersion !== '0' ? { limit } : {}),
    ...(token === '' ? {} : { continue: token }),
    ...(resourceVersion === '' ? {} : { resourceVersion }),
    ...(match === '' ? {} : { resourceVersionMatch: match as 'Exact' | 'NotOlderThan' }),
  };
}

/** The options of a watch. */
export function watchOptions(request: ApiRequest, definition: ResourceDefinition): WatchRequest {
  const { query } = request;
  const match = query.text('resourceVersionMatch') ?? '';
  const sendInitialEvents = query.optionalFlag('sendInitialEvents');
  query.integer('limit');
  refuse('ListOptions', watchErrors(match, sendInitialEvents, query.text('continue') ?? ''));
  return {
    ...selection(request, definition),
    resourceVersion: query.text('resourceVersion') ?? '',
    allowBookmarks: query.flag('allowWatchBookmarks'),
    sendInitialEvents,
    timeoutSeconds: query.integer('timeoutSeconds'),
  };
}

/** Which objects: the namespace of the path, the selectors of the query, and the name of an old-style watch path. */
export function selection({ info, query }: ApiRequest, definition: ResourceDefinition): Selection {
  const labels = query.text('labelSelector') ?? '';
  const named = info.name === '' ? [] : [`metadata.name=${info.name}`];
  const fields = [...named, query.text('fieldSelector') ?? ''].filter((one) => one !== '').join(',');
  return {
    ...(definition.namespaced && info.namespace !== '' ? { namespace: info.namespace } : {}),
    ...(labels === '' ? {} : { labelSelector: parseLabelSelector(labels) }),
    ...(fields === '' ? {} : { fieldSelector: supportedSelector(fields, definition) }),
  };
}

function supportedSelector(text: string, definition: ResourceDefinition) {
  const selector = parseFieldSelector(text);
  for (const field of selector.fields) {
    const known = field === 'metadata.name' || field === 'metadata.namespace' || Object.hasOwn(definition.selectableFields, field);
    if (!known) throw unsupportedField(field, definition);
  }
  return selector;
}

function unsupportedField(field: string, { selectableFields }: ResourceDefinition<KubeObject>) {
  return Object.keys(selectableFields).length > 0
    ? badRequest(`field label not supported: ${field}`)
    : badRequest(`${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`);
}

interface ListQuestion {
  readonly match: string;
  readonly resourceVersion: string;
  readonly token: string;
  readonly initial: string | undefined;
}

function listErrors({ match, resourceVersion, token, initial }: ListQuestion): FieldError[] {
  const errors: FieldError[] = [];
  const forbid = (why: string) => errors.push(forbiddenField('resourceVersionMatch', why));
  if (match !== '') {
    if (resourceVersion === '') forbid('resourceVersionMatch is forbidden unless resourceVersion is provided');
    if (token !== '') forbid('resourceVersionMatch is forbidden when continue is provided');
    if (match !== 'Exact' && match !== 'NotOlderThan')
      errors.push(notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && resourceVersion === '0') forbid('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
  if (initial) errors.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  return errors;
}

function watchErrors(match: string, initial: boolean | undefined, token: string): FieldError[] {
  const errors: FieldError[] = [];
  const forbid = (why: string) => errors.push(forbiddenField('resourceVersionMatch', why));
  if (initial !== undefined && match !== 'NotOlderThan') forbid('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (match === '') return errors;
  if (initial === undefined) forbid('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  if (match !== 'NotOlderThan') errors.push(notSupported('resourceVersionMatch', match, ['NotOlderThan']));
  if (token !== '') forbid('resourceVersionMatch is forbidden when continue is provided');
  return errors;
}
