import { jsonText } from './exact-json.js';
import type { StatusCause } from './status-error.js';
import { StatusError } from './status-error.js';

/** One thing that is wrong with an object, in the form of Kubernetes' `field.Error`. */
export interface FieldError {
  readonly type:
    | 'Required'
    | 'Invalid'
    | 'NotSupported'
    | 'Duplicate'
    | 'Forbidden'
    | 'TooLong'
    | 'TooMany'
    | 'NotFound'
    | 'TypeInvalid'
    | 'InternalError';
  /** Path such as `spec.containers[0].ports[1].containerPort`. */
  readonly field: string;
  /** The whole sentence after the path: `Required value: must be set`, `Invalid value: 70000: must be between 1 and 65535, inclusive`. */
  readonly message: string;
}

const REASONS: Readonly<Record<FieldError['type'], string>> = {
  Required: 'FieldValueRequired',
  Invalid: 'FieldValueInvalid',
  NotSupported: 'FieldValueNotSupported',
  Duplicate: 'FieldValueDuplicate',
  Forbidden: 'FieldValueForbidden',
  TooLong: 'FieldValueTooLong',
  TooMany: 'FieldValueTooMany',
  NotFound: 'FieldValueNotFound',
  TypeInvalid: 'FieldValueTypeInvalid',
  InternalError: 'InternalError',
};

const shown = (value: unknown) => (typeof value === 'string' ? JSON.stringify(value) : value === undefined ? 'null' : jsonText(value));
const tail = (detail: string | undefined) => (detail ? `: ${detail}` : '');

export const required = (field: string, detail?: string): FieldError => ({
  type: 'Required',
  field,
  message: `Required value${tail(detail)}`,
});
export const invalid = (field: string, value: unknown, detail: string): FieldError => ({
  type: 'Invalid',
  field,
  message: `Invalid value: ${shown(value)}${tail(detail)}`,
});
/** For a value that says nothing, such as a whole object. */
export const invalidWithoutValue = (field: string, detail: string): FieldError => ({
  type: 'Invalid',
  field,
  message: `Invalid value: ${detail}`,
});
export const forbiddenField = (field: string, detail: string): FieldError => ({
  type: 'Forbidden',
  field,
  message: `Forbidden${tail(detail)}`,
});
export const duplicate = (field: string, value: unknown): FieldError => ({
  type: 'Duplicate',
  field,
  message: `Duplicate value: ${shown(value)}`,
});
export const notFoundField = (field: string, value: unknown): FieldError => ({
  type: 'NotFound',
  field,
  message: `Not found: ${shown(value)}`,
});
export const tooLong = (field: string, max: number): FieldError => ({
  type: 'TooLong',
  field,
  message: `Too long: may not be more than ${max} bytes`,
});
export const tooMany = (field: string, actual: number, max: number): FieldError => ({
  type: 'TooMany',
  field,
  message: `Too many: ${actual}: must have at most ${max} items`,
});
export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldError => ({
  type: 'NotSupported',
  field,
  message: `Unsupported value: ${shown(value)}: supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}`,
});

/** The 422 answer for a list of field errors; its message joins them as Kubernetes does. */
export function invalidObject(
  definition: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const causes: StatusCause[] = errors.map((error) => ({ reason: REASONS[error.type], message: error.message, field: error.field }));
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  const kind = definition.group === '' ? definition.kind : `${definition.kind}.${definition.group}`;
  return new StatusError(
    'Invalid',
    `${kind} ${JSON.stringify(name)} is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`,
    {
      details: { name, ...(definition.group === '' ? {} : { group: definition.group }), kind: definition.kind, causes },
    },
  );
}
