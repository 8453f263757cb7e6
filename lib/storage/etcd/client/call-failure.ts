import { status, type ServiceError } from '@grpc/grpc-js';
import { StorageError } from '../../storage-error.js';

/**
 * What is known of a call that failed.
 *
 * | outcome | meaning |
 * |---|---|
 * | `refused` | it did nothing, and may be tried again elsewhere |
 * | `lost` | it may have been carried out |
 * | `token` | it did nothing; the token has expired |
 * | `lease` | it did nothing; it names a lease that is not there (any more) |
 * | a StorageError | it did nothing, and trying again leads to the same |
 */
export type Outcome = 'refused' | 'lost' | 'token' | 'lease' | StorageError;

/** A call to a member that failed. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';

  constructor(
    readonly outcome: Outcome,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What etcd says before it has begun to carry out a request. */
const REFUSALS = [
  'etcdserver: no leader',
  'etcdserver: not capable',
  'etcdserver: rpc not supported for learner',
  'etcdserver: too many requests',
];
const STALE_TOKEN = ['etcdserver: invalid auth token', 'etcdserver: revision of auth store is old'];
/** How grpc-js begins when it had no connection to send by. */
const NOT_SENT = ['No connection established', 'Failed to start HTTP/2 stream', 'Name resolution failed'];

/** Reads the driver's error, of a member as it is shown to users. */
export function callFailure(error: ServiceError, member: string): CallFailure {
  return new CallFailure(outcomeOf(error), `${member}: ${error.details || error.message}`, { cause: error });
}

function outcomeOf(error: ServiceError): Outcome {
  const { code, details } = error;
  if (STALE_TOKEN.includes(details)) return 'token';
  if (details === 'etcdserver: requested lease not found') return 'lease';
  if (REFUSALS.includes(details) || NOT_SENT.some((beginning) => details.startsWith(beginning))) return 'refused';
  return finalError(code, details, error) ?? 'lost';
}

/** The error of what etcd refuses for good; `undefined` for all else. */
function finalError(code: status, details: string, cause: ServiceError): StorageError | undefined {
  const fail = (kind: StorageError['code'], message: string) => new StorageError(kind, message, { cause });
  switch (details) {
    case 'etcdserver: mvcc: required revision has been compacted':
      return fail('Compacted', 'etcd has forgotten this revision');
    case 'etcdserver: mvcc: required revision is a future revision':
      return fail('FutureRevision', 'etcd has not reached this revision');
    case 'etcdserver: mvcc: database space exceeded':
      return fail('Full', 'etcd is over its quota: compact, defragment, and disarm its NOSPACE alarm (etcdctl alarm disarm)');
    case 'etcdserver: request is too large':
      return fail('TooLarge', 'the commit is larger than etcd allows (--max-request-bytes, 1.5 MiB by default)');
    case 'etcdserver: too many operations in txn request':
      return fail('TooLarge', 'the commit has more writes or guards than etcd allows (--max-txn-ops, 128 by default)');
    case 'etcdserver: permission denied':
    case 'etcdserver: user name is empty':
      return fail('Unsupported', `etcd does not permit this: ${details}; give username and password of a user that may`);
    case 'etcdserver: corrupt cluster':
      return fail('Corrupt', 'etcd has found its members to differ (alarm CORRUPT)');
    default:
      return code === status.RESOURCE_EXHAUSTED && details.startsWith('grpc: received message larger than max')
        ? fail('TooLarge', `the commit is larger than etcd allows (--max-request-bytes, 1.5 MiB by default): ${details}`)
        : undefined;
  }
}
