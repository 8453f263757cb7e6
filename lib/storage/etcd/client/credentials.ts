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
  #present: Metadata | undefined;
  #asked: Promise<Metadata> | undefined;

  constructor(user: User | undefined, timeout: number) {
    this.#user = user;
    this.#timeout = timeout;
    if (user === undefined) this.#present = PLAIN;
  }

  /** What is at hand. */
  get present(): Metadata | undefined {
    return this.#present;
  }

  /** Asks a member for a token, unless there is one. Rejects with a {@link CallFailure}. */
  async metadata(member: Member): Promise<Metadata> {
    if (this.#present !== undefined || this.#user === undefined) return this.#present ?? PLAIN;
    this.#asked ??= this.#authenticate(this.#user, member).finally(() => (this.#asked = undefined));
    return (this.#present = await this.#asked);
  }

  /** Forgets a token that etcd takes no more; one that has been fetched meanwhile stays. */
  forget(stale: Metadata | undefined): void {
    if (this.#present === stale && this.#user !== undefined) this.#present = undefined;
  }

  async #authenticate({ username: name, password }: User, member: Member): Promise<Metadata> {
    try {
      const { token } = await member.call(authenticate, authenticate.encode({ name, password }), PLAIN, this.#timeout);
      return metadataOf(token);
    } catch (error) {
      if (messageOf(error) === 'etcdserver: authentication is not enabled') return PLAIN;
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
