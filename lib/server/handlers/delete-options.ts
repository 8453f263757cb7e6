import type { FieldError } from '../../api/field-error.js';
import { invalid, notSupported } from '../../api/field-error.js';
import { badRequest } from '../../api/status-error.js';
import type { DeleteOptions } from '../../registry/registry.js';
import type { ApiRequest } from '../api-request.js';
import { contentType, JSON_TYPE, PROTOBUF_TYPE, unsupportedMediaType, YAML_TYPE } from '../negotiation/content-type.js';
import { parseBody } from '../negotiation/request-body.js';
import { dryRunErrors, refuse } from './write-options.js';

const POLICIES = ['Foreground', 'Background', 'Orphan'];
const FORMATS = [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE];

/** `DeleteOptions` as they travel. */
interface WireOptions {
  readonly kind?: string;
  readonly gracePeriodSeconds?: number | bigint;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: readonly string[];
}

/** The options of a DELETE: those of its body, or, only without any body, those of its query. Throws 400, 415, 422. */
export async function deleteOptions(request: ApiRequest): Promise<DeleteOptions> {
  const bytes = await request.body();
  const wire = bytes.length > 0 ? await fromBody(request, bytes) : fromQuery(request);
  refuse('DeleteOptions', errorsOf(wire));
  return {
    dryRun: (wire.dryRun ?? []).length > 0,
    user: request.user,
    signal: request.signal,
    onWarning: (text) => request.warn(text),
    ...optional('gracePeriodSeconds', secondsOf(wire)),
    ...optional('propagationPolicy', policyOf(wire)),
    ...optional('preconditions', wire.preconditions),
  };
}

/** The `deleteOptions` field of an Eviction, as a registry takes them. */
export function deleteOptionsOf(wire: object): DeleteOptions {
  const given = withoutNulls(wire);
  checkTypes(given);
  refuse('DeleteOptions', errorsOf(given));
  return {
    dryRun: (given.dryRun ?? []).length > 0,
    ...optional('gracePeriodSeconds', secondsOf(given)),
    ...optional('propagationPolicy', policyOf(given)),
    ...optional('preconditions', given.preconditions),
  };
}

async function fromBody(request: ApiRequest, bytes: Buffer): Promise<WireOptions> {
  const type = contentType(request.headers['content-type']);
  if (!FORMATS.includes(type)) throw unsupportedMediaType(FORMATS);
  const body = await parseBody(bytes, type, 'DeleteOptions', () => request.breathe(), { exactNumbers: true });
  const parsed: unknown = body.value ?? {};
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw badRequest('json: cannot unmarshal into Go value of type v1.DeleteOptions');
  const value = withoutNulls(parsed);
  if (value.kind && value.kind !== 'DeleteOptions')
    throw badRequest(`decoded object cannot be converted to DeleteOptions: it is a ${value.kind}`);
  checkTypes(value);
  return value;
}

function isTextMap(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((member) => member === null || typeof member === 'string')
  );
}

/** A null says nothing. */
function withoutNulls(value: object): WireOptions {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

function checkTypes({ gracePeriodSeconds, orphanDependents, propagationPolicy, preconditions, dryRun }: WireOptions): void {
  const wrong = (field: string, type: string) =>
    badRequest(`json: cannot unmarshal into Go struct field DeleteOptions.${field} of type ${type}`);
  if (gracePeriodSeconds !== undefined && typeof gracePeriodSeconds !== 'bigint' && !Number.isSafeInteger(gracePeriodSeconds))
    throw wrong('gracePeriodSeconds', 'int64');
  if (orphanDependents !== undefined && typeof orphanDependents !== 'boolean') throw wrong('orphanDependents', 'bool');
  if (propagationPolicy !== undefined && typeof propagationPolicy !== 'string') throw wrong('propagationPolicy', 'v1.DeletionPropagation');
  if (preconditions !== undefined && !isTextMap(preconditions)) throw wrong('preconditions', 'v1.Preconditions');
  if (dryRun !== undefined && !(Array.isArray(dryRun) && dryRun.every((one) => typeof one === 'string'))) throw wrong('dryRun', '[]string');
}

function fromQuery({ query }: ApiRequest): WireOptions {
  return {
    ...optional('gracePeriodSeconds', query.integer('gracePeriodSeconds')),
    ...optional('propagationPolicy', query.text('propagationPolicy')),
    ...optional('orphanDependents', query.optionalFlag('orphanDependents')),
    dryRun: query.all('dryRun'),
  };
}

function errorsOf({ propagationPolicy, orphanDependents, dryRun }: WireOptions): FieldError[] {
  const both = propagationPolicy !== undefined && orphanDependents !== undefined;
  const unknown = propagationPolicy !== undefined && !both && !POLICIES.includes(propagationPolicy);
  return [
    ...(both ? [invalid('propagationPolicy', propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set')] : []),
    ...(unknown ? [notSupported('propagationPolicy', propagationPolicy, [...POLICIES, 'nil'])] : []),
    ...dryRunErrors(dryRun ?? []),
  ];
}

/** Exact as far as it matters: no pod waits for 2^53 seconds. */
const secondsOf = ({ gracePeriodSeconds: seconds }: WireOptions) => (seconds === undefined ? undefined : Number(seconds));

function policyOf({ propagationPolicy, orphanDependents }: WireOptions): DeleteOptions['propagationPolicy'] {
  if (propagationPolicy !== undefined) return propagationPolicy as DeleteOptions['propagationPolicy'];
  return orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background';
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
