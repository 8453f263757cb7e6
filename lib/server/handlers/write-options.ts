import type { FieldError } from '../../api/field-error.js';
import { forbiddenField, invalid, invalidObject, notSupported, required, tooLong } from '../../api/field-error.js';
import type { WriteOptions } from '../../registry/registry.js';
import type { ApiRequest } from '../api-request.js';

/** Whose rules the options follow: their name is in the errors. */
export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

const FIELD_VALIDATION = ['Ignore', 'Strict', 'Warn'] as const;
const LONGEST_MANAGER = 128;

/** The options of a write from its query. Throws 422 for values that Kubernetes does not know. */
export function writeOptions(request: ApiRequest, kind: OptionsKind, more: readonly FieldError[] = []): WriteOptions {
  const { query } = request;
  const dryRun = query.all('dryRun');
  const fieldManager = query.text('fieldManager') ?? '';
  const fieldValidation = query.text('fieldValidation') ?? '';
  refuse(kind, [...dryRunErrors(dryRun), ...managerErrors(fieldManager), ...validationErrors(fieldValidation), ...more]);
  return {
    dryRun: dryRun.length > 0,
    fieldManager: fieldManager === '' ? managerOf(request.headers['user-agent']) : fieldManager,
    fieldValidation: fieldValidation === '' ? 'Warn' : (fieldValidation as (typeof FIELD_VALIDATION)[number]),
    user: request.user,
    signal: request.signal,
    onWarning: (text) => request.warn(text),
  };
}

/** The options of a PATCH, with the rules for `force` and the manager of an apply. */
export function patchOptions(request: ApiRequest, type: string): WriteOptions {
  const { query } = request;
  if (type !== 'apply') {
    const forced = query.text('force') === undefined ? [] : [forbiddenField('force', 'may not be specified for non-apply patch')];
    return writeOptions(request, 'PatchOptions', forced);
  }
  const nobody = query.text('fieldManager') ? [] : [required('fieldManager', 'is required for apply patch')];
  return writeOptions(request, 'PatchOptions', nobody);
}

/** Throws the 422 for wrong options. */
export function refuse(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind }, '', errors);
}

export function dryRunErrors(values: readonly string[]): FieldError[] {
  return values
    .filter((one) => one !== 'All')
    .slice(0, 1)
    .map(() => notSupported('dryRun', values, ['All']));
}

function managerErrors(manager: string): FieldError[] {
  if (Buffer.byteLength(manager) > LONGEST_MANAGER) return [tooLong('fieldManager', LONGEST_MANAGER)];
  return /\p{C}/u.test(manager) ? [invalid('fieldManager', manager, 'should only contain printable characters')] : [];
}

function validationErrors(value: string): FieldError[] {
  return value === '' || (FIELD_VALIDATION as readonly string[]).includes(value)
    ? []
    : [notSupported('fieldValidation', value, FIELD_VALIDATION)];
}

/** Who writes when nobody says so: the client program's name. */
function managerOf(userAgent = ''): string {
  const name = userAgent.split('/', 1)[0] ?? '';
  return name === '' ? 'unknown' : Buffer.from(name).subarray(0, LONGEST_MANAGER).toString();
}
