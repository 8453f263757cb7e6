/** Why a request was refused: Kubernetes' `metav1.StatusReason` values that kubelib uses. */
export type StatusReason =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Expired'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'Invalid'
  | 'TooManyRequests'
  | 'InternalError'
  | 'ServerTimeout'
  | 'Timeout'
  | 'ServiceUnavailable';

const CODES: Readonly<Record<StatusReason, number>> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServerTimeout: 500,
  Timeout: 504,
  ServiceUnavailable: 503,
};

/** One cause of an error: what is wrong with which field. */
export interface StatusCause {
  /** `FieldValueRequired`, `FieldValueInvalid`, `FieldValueNotSupported`, `FieldValueDuplicate`, `FieldValueForbidden`, `FieldValueTooLong`, … */
  readonly reason?: string;
  readonly message?: string;
  /** Path of the field, such as `spec.containers[0].name`. */
  readonly field?: string;
}

/** `details` of a Status. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  /** The kind for validation errors, the plural resource for most others. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** A Status object as it travels: the body of every error answer. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Record<string, never>;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code: number;
}

/** What {@link StatusError} takes besides reason and message. */
export interface StatusErrorOptions {
  readonly details?: StatusDetails;
  /** HTTP code; default: the usual one of the reason. */
  readonly code?: number;
  readonly cause?: unknown;
}

/**
 * The only error a registry or an API server throws: a refusal in Kubernetes' own form.
 *
 * `Conflict` (of an update): read again and retry. `TooManyRequests`, `ServerTimeout`, `ServiceUnavailable`: retry after
 * `details.retryAfterSeconds`. `Timeout` of a write: it may have landed; read first. `Expired`: list again. The others: do not retry.
 */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly details: StatusDetails | undefined;

  constructor(
    readonly reason: StatusReason,
    message: string,
    options: StatusErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code ?? CODES[reason];
    this.details = options.details;
  }

  /** Whether `error` is a StatusError, with this reason where one is given. */
  static is(error: unknown, reason?: StatusReason): error is StatusError {
    return error instanceof StatusError && (reason === undefined || error.reason === reason);
  }

  /** The error that a Status body describes. */
  static from(status: Partial<Status>): StatusError {
    const reason = status.reason !== undefined && status.reason in CODES ? (status.reason as StatusReason) : reasonOf(status.code);
    return new StatusError(reason, status.message ?? 'unknown error', {
      ...(status.details === undefined ? {} : { details: status.details }),
      ...(status.code === undefined ? {} : { code: status.code }),
    });
  }

  /** The body of the answer. */
  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

/** What the constructors below need of a kind. */
interface Named {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

const groupOf = (group: string) => (group === '' ? {} : { group });
const resourceOf = ({ group, plural }: Named) => (group === '' ? plural : `${plural}.${group}`);

export function notFound(definition: Named, name: string): StatusError {
  return new StatusError('NotFound', `${resourceOf(definition)} "${name}" not found`, {
    details: { name, ...groupOf(definition.group), kind: definition.plural },
  });
}

export function alreadyExists(definition: Named, name: string): StatusError {
  return new StatusError('AlreadyExists', `${resourceOf(definition)} "${name}" already exists`, {
    details: { name, ...groupOf(definition.group), kind: definition.plural },
  });
}

export function conflict(definition: Named, name: string, why: string): StatusError {
  return new StatusError('Conflict', `Operation cannot be fulfilled on ${resourceOf(definition)} "${name}": ${why}`, {
    details: { name, ...groupOf(definition.group), kind: definition.plural },
  });
}

export function forbidden(definition: Named, name: string, why: string): StatusError {
  return new StatusError('Forbidden', `${resourceOf(definition)} "${name}" is forbidden: ${why}`, {
    details: { name, ...groupOf(definition.group), kind: definition.plural },
  });
}

export function badRequest(message: string): StatusError {
  return new StatusError('BadRequest', message);
}

export function methodNotAllowed(): StatusError {
  return new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', { details: {} });
}

export function expired(message = 'The resourceVersion for the provided watch is too old.'): StatusError {
  return new StatusError('Expired', message);
}

function reasonOf(code: number | undefined): StatusReason {
  const found = (Object.entries(CODES) as [StatusReason, number][]).find(([, known]) => known === code);
  return found?.[0] ?? 'InternalError';
}
