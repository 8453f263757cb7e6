import { Metadata } from '@grpc/grpc-js';
import { StorageError } from '../../storage-error.js';
import { authenticate } from '../wire/control.js';
import { CallFailure } from './call-failure.js';
import type { Member } from './member.js';

/** Whom etcd is to take us for. */
export interface User {
  readonly username: string;
  readonly password: string;
}

/** What goes along with every call: that the member must have a leader, and the token of the user. */
export class Credentials {
  readonly #user: User | undefined;
  readonly #timeout: number;
  #metadata: Promise<Metadata> | undefined;

  constructor(user: User | undefined, timeout: number) {
    this.#user = user;
    this.#timeout = timeout;
  }

  /** Asks a member for a token, unless there is one. */
  metadata(member: Member): Promise<Metadata> | Metadata {
    if (this.#user === undefined) return PLAIN;
    return (this.#metadata ??= this.#authenticate(this.#user, member));
  }

  /** Forgets a token that etcd takes no more; one that has been renewed meanwhile stays. */
  async forget(stale: Metadata | undefined): Promise<void> {
    const present = this.#metadata;
    if (present !== undefined && (await present) === stale && this.#metadata === present) this.#metadata = undefined;
  }

  async #authenticate({ username: name, password }: User, member: Member): Promise<Metadata> {
    try {
      const { token } = await member.call(authenticate, authenticate.encode({ name, password }), PLAIN, this.#timeout);
      return metadataOf(token);
    } catch (error) {
      if (messageOf(error) === 'etcdserver: authentication is not enabled') return PLAIN;
      this.#metadata = undefined;
      if (messageOf(error) === 'etcdserver: authentication failed, invalid user ID or password') throw wrongPassword(name, error);
      // Whatever became of it: to authenticate changes nothing.
      throw error instanceof CallFailure && error.outcome === 'lost' ? new CallFailure('refused', error.message, { cause: error }) : error;
    }
  }
}

function metadataOf(token?: string): Metadata {
  const metadata = new Metadata();
  metadata.set('hasleader', 'true'); // a member that is cut off from the others refuses
  if (token !== undefined) metadata.set('token', token);
  return metadata;
}

const PLAIN = metadataOf();

function messageOf(error: unknown): string | undefined {
  const cause = error instanceof CallFailure ? error.cause : undefined;
  return cause instanceof Error && 'details' in cause ? String(cause.details) : undefined;
}

function wrongPassword(name: string, cause: unknown): CallFailure {
  const message = `etcd does not know the user ${JSON.stringify(name)} with this password: check username and password`;
  return new CallFailure(new StorageError('Unsupported', message, { cause }), message, { cause });
}
